import * as z from 'zod/v4';
import type { CommandOf } from '../../../model/commands.ts';
import { VendorError, type Located, type RecordRef, type StepContext, type StepRequest } from '../../connector.ts';
import { carries, withMarker } from '../../kit/markers.ts';
import { keptRequest } from '../../kit/kept_request.ts';
import { path } from '../../kit/rest.ts';
import type { Operation, Plan, PlannedStep } from '../../kit/vendor.ts';
import { nameParts, NOT_GIVEN, numbersWritten, onlyEmail, placesOf } from '../contact.ts';
import { LENGTHS } from '../limits.ts';
import { DECIDED_THERE, notesOn } from '../records/applicants.ts';
import { idOf, isId } from '../transport.ts';
import type { Vendor } from '../vendor.ts';
import type * as wire from '../wire.ts';
import { idIn } from './answers.ts';
import { inquiryText } from './inquiry.ts';
import { locateWholePut } from './unchanged.ts';

/*
 * Guest cards as applicants. An applicant has no text of ours, so that a new one is found again by who it is; what was
 * asked, and every note after it, is a note with a marker.
 */

type Create = CommandOf<'create_guest_card'>;
type Update = CommandOf<'update_guest_card'>;
type Body = Record<string, unknown>;

const refTo = (id: string): RecordRef => ({ kind: 'guest_card', scope: '', id });

export function createApplicant(vendor: Vendor): Plan<'create_guest_card'> {
  return (command) => {
    const body = newBody(command);
    const made = ({ results }: StepContext) => results.find(({ record }) => record?.kind === 'guest_card')?.record?.id;
    return [
      {
        name: 'create_applicant',
        retry: 'natural_key',
        makes_record: true,
        operation: 'create_applicant',
        prepare: async () => ({ body, known: (await namesakes(vendor, body)).map(({ Id }) => Id) }),
        locate: (request, _context, signal) => locateNew(vendor, request, signal),
      },
      noteStep(vendor, (context) => made(context) ?? '', inquiryText(command)),
    ];
  };
}

/** The body of a new applicant, who is sent nothing. Throws `unsupported` for what an applicant cannot be. */
function newBody({ name, phones = [], emails = [], unit_ids = [] }: Create): Body {
  const [unit] = unit_ids;
  if (unit === undefined)
    throw new VendorError(
      'unsupported',
      'An applicant of Buildium belongs to a property by its unit: say which unit it is about. Nothing was sent.',
      { field: 'unit_ids' },
    );
  const Email = onlyEmail(emails);
  return {
    ...namesOf(name),
    UnitId: idOf(unit, 'unit'),
    ...(Email !== undefined && { Email }),
    PhoneNumbers: placesOf(phones),
    SendRentalApplicationEmail: false,
  };
}

/** Both parts of a name are required, and have at most 127 characters. Throws `unsupported` for longer ones. */
function namesOf(name: string | undefined): { FirstName: string; LastName: string } {
  const { FirstName, LastName = NOT_GIVEN } = nameParts(name);
  if (Math.max(FirstName.length, LastName.length) <= LENGTHS.applicant_name) return { FirstName, LastName };
  throw new VendorError(
    'unsupported',
    `Buildium takes ${LENGTHS.applicant_name} characters for a first and for a last name. Nothing was sent.`,
    { field: 'name' },
  );
}

/** Applicants for the same unit with the same name and address. */
async function namesakes({ client }: Vendor, body: Body, signal?: AbortSignal): Promise<wire.Applicant[]> {
  const rows = await client.all<wire.Applicant>('v1/applicants', { unitids: body['UnitId'] }, signal);
  const key = ({ FirstName, LastName, Email }: Partial<wire.Applicant>) =>
    JSON.stringify([FirstName ?? '', LastName ?? '', (Email ?? '').toLowerCase()]);
  return rows.filter((one) => key(one) === key(body));
}

const NewApplicant = z.object({ body: z.record(z.string(), z.unknown()), known: z.array(z.number()) });

/**
 * Those who were there before the request are not its effect; several who came after it may each be it. Absence proves
 * nothing: the list is said to have applicants with an application, and a new one has none.
 */
async function locateNew(vendor: Vendor, request: StepRequest, signal?: AbortSignal): Promise<Located> {
  const { body, known } = keptRequest(NewApplicant, request);
  const results = (await namesakes(vendor, body, signal))
    .filter(({ Id }) => !known.includes(Id))
    .map(({ Id }) => ({ record: refTo(String(Id)) }));
  const [result, ...others] = results;
  return result === undefined ? { outcome: 'absent', covers_all: false } : { outcome: 'found', result, others };
}

export function updateApplicant(vendor: Vendor): Plan<'update_guest_card'> {
  return (command) => {
    const { guest_card_id: id, name, phones, emails, status, note } = command;
    if (status !== undefined && DECIDED_THERE.has(status))
      throw new VendorError(
        'unsupported',
        `That somebody is ${status} comes of the application: a person decides it in Buildium. Nothing was changed.`,
        { field: 'status' },
      );
    if (name !== undefined) namesOf(name);
    onlyEmail(emails ?? []);
    placesOf(phones ?? []);
    return [
      ...([name, phones, emails].some((one) => one !== undefined) ? [putStep(vendor, command)] : []),
      ...(note === undefined ? [] : [noteStep(vendor, () => id, note.text)]),
    ];
  };
}

function putStep(vendor: Vendor, command: Update): PlannedStep {
  const { guest_card_id: id } = command;
  return {
    name: 'update_applicant',
    retry: 'set_value',
    operation: 'update_applicant',
    async prepare() {
      const applicant = await applicantOf(vendor, id);
      if (applicant === undefined) throw noApplicant();
      const was = unchanged(applicant, command);
      return { id, was, body: changedBody(was, command) };
    },
    async locate(request, _context, signal) {
      const applicant = await applicantOf(vendor, id, signal);
      return locateWholePut(request, applicant && unchanged(applicant, command), refTo(id));
    },
  };
}

function applicantOf({ client }: Vendor, id: string, signal?: AbortSignal): Promise<wire.Applicant | undefined> {
  return client.one<wire.Applicant>((one) => path`v1/applicants/${one}`, id, signal);
}

function noApplicant(): VendorError {
  return new VendorError('not_found', 'Buildium has no such applicant. Nothing was changed.');
}

/** The PUT that leaves an applicant as it is: everything that it would empty by not saying it. */
function unchanged(applicant: wire.Applicant, { phones }: Update): Body {
  const { FirstName, LastName, Email, UnitId, PhoneNumbers } = applicant;
  return {
    ...{ FirstName: FirstName ?? '', LastName: LastName ?? '' },
    ...(UnitId != null && { UnitId }),
    ...(Email && { Email }),
    PhoneNumbers: numbersWritten(PhoneNumbers ?? [], phones === undefined),
  };
}

function changedBody(was: Body, { name, phones, emails }: Update): Body {
  const { Email: known, PhoneNumbers, ...kept } = was;
  const Email = emails === undefined ? known : onlyEmail(emails);
  const { Fax } = PhoneNumbers as Body;
  return {
    ...kept,
    ...(name !== undefined && namesOf(name)),
    ...(Email !== undefined && { Email }),
    PhoneNumbers: phones === undefined ? PhoneNumbers : { ...placesOf(phones), ...(Fax !== undefined && { Fax }) },
  };
}

function noteStep(vendor: Vendor, about: (context: StepContext) => string, text: string): PlannedStep {
  return {
    name: 'add_note',
    retry: 'marker',
    operation: 'add_applicant_note',
    prepare(context) {
      const id = about(context);
      if (!isId(id)) throw noApplicant();
      return { id, body: { Note: withMarker(text, context.marker, LENGTHS.note) } };
    },
    async locate(request, { marker }, signal) {
      const id = String(request['id']);
      const notes = await notesOn(vendor, id, signal);
      return notes.some(({ Note }) => carries(Note, marker))
        ? { outcome: 'found', result: { record: refTo(id) } }
        : { outcome: 'absent', covers_all: true };
    },
  };
}

export function applicantOperations({ client }: Vendor): Record<string, Operation> {
  return {
    async create_applicant({ body }, signal) {
      const { body: made } = await client.send('POST', 'v1/applicants', body, { signal });
      return { record: refTo(idIn(made)) };
    },
    async update_applicant({ id, body }, signal) {
      await client.send('PUT', path`v1/applicants/${String(id)}`, body, { signal });
      return { record: refTo(String(id)) };
    },
    async add_applicant_note({ id, body }, signal) {
      await client.send('POST', path`v1/applicants/${String(id)}/notes`, body, { signal });
      return { record: refTo(String(id)) };
    },
  };
}
