import { changed, changedWithin, created, has, isOneOf, shown, type Ask, type Handler } from '../ask.ts';
import { applicantMessage } from '../compose/people.ts';
import type { OperationName } from '../contract/operations.ts';
import { notFound } from '../errors.ts';
import { listed } from '../lists.ts';
import { mustBeEmail, phoneNumbers } from '../rules.ts';
import type { Entry } from '../../shared/table.ts';
import type { Applicant } from '../wire.ts';
import { addNote, listNotes } from './notes.ts';

/** What a request says of an applicant; what it leaves out is empty. */
function fieldsFrom(ask: Ask) {
  const unitId = ask.number('UnitId');
  const unit = unitId === null ? undefined : ask.named(ask.tables.units, 'UnitId', unitId, 'unit');
  return {
    PropertyId: unit?.PropertyId ?? null,
    UnitId: unit?.Id ?? null,
    FirstName: ask.text('FirstName') as string,
    LastName: ask.text('LastName') as string,
    Email: mustBeEmail(ask.text('Email'), 'Email'),
    PhoneNumbers: phoneNumbers(ask.body['PhoneNumbers']),
  };
}

const applicantOf = (ask: Ask): Applicant => ask.one(ask.tables.applicants, 'applicantId', 'applicant');

function show(ask: Ask, id: number): object {
  return applicantMessage(ask.tables.applicants.entry(id) as Entry<Applicant>);
}

type Application = Applicant['Applications'][number];

function applicationMessage(application: Application): object {
  return { ...application, ApplicationNumber: String(application.Id), Application: [] };
}

const decide: Handler = (ask) => {
  const applicant = applicantOf(ask);
  const id = ask.param('applicationId');
  const before = applicant.Applications.find(({ Id }) => Id === id) ?? notFound('application');
  const application = { ...before, ApplicationStatus: ask.text('ApplicationStatus') as string };
  ask.tables.applicants.change(applicant.Id, {
    Applications: applicant.Applications.map((one) => (one.Id === id ? application : one)),
    Status: application.ApplicationStatus,
  });
  return changed('applications', id, applicationMessage(application));
};

function listApplications(ask: Ask) {
  const entries = applicantOf(ask).Applications.map((row) => ({ row, created: 0, updated: 0 }));
  return listed(ask, entries, {}, ({ row }) => applicationMessage(row));
}

/** Applicants, their applications, and the notes on them. */
export const APPLICANTS = {
  'GET /v1/applicants': (ask) =>
    listed<Applicant>(
      ask,
      ask.tables.applicants.entries(),
      {
        entityid: isOneOf(({ PropertyId }) => PropertyId),
        entitytype:
          ([type]) =>
          () =>
            type === 'Rental',
        applicationstatuses: isOneOf(({ Status }) => Status),
        unitids: isOneOf(({ UnitId }) => UnitId),
        name: has(({ FirstName, LastName }) => `${FirstName} ${LastName}`),
        email: has(({ Email }) => Email ?? ''),
        applicationsubmittedstartdate:
          ([value = '']) =>
          ({ row }) =>
            row.Applications.some((one) => Date.parse(one.ApplicationSubmittedDateTime) >= Date.parse(value)),
        applicationsubmittedenddate:
          ([value = '']) =>
          ({ row }) =>
            row.Applications.some((one) => Date.parse(one.ApplicationSubmittedDateTime) <= Date.parse(value)),
        ...changedWithin<Applicant>(),
      },
      applicantMessage,
    ),
  'POST /v1/applicants': (ask) => {
    const row = { Id: ask.nextId('applicant'), ...fieldsFrom(ask), Status: 'New', Applications: [] };
    ask.tables.applicants.insert(row);
    return created(ask, 'applicants', row.Id, show(ask, row.Id));
  },
  'GET /v1/applicants/{applicantId}': (ask) => shown(show(ask, applicantOf(ask).Id)),
  'PUT /v1/applicants/{applicantId}': (ask) => {
    const { Id } = applicantOf(ask);
    ask.tables.applicants.change(Id, fieldsFrom(ask));
    return changed('applicants', Id, show(ask, Id));
  },
  'GET /v1/applicants/{applicantId}/notes': listNotes('applicants', 'applicantId'),
  'POST /v1/applicants/{applicantId}/notes': addNote('applicants', 'applicantId'),
  'GET /v1/applicants/{applicantId}/applications': listApplications,
  'PUT /v1/applicants/{applicantId}/applications/{applicationId}': decide,
} satisfies Partial<Record<OperationName, Handler>>;
