import type { WsdlField } from '../kit/wsdl.ts';
import type { Plain } from './answer.ts';

/**
 * What the elements of a service request may be called. Nobody has published their names: they are told by the words in
 * them, upper and lower case and separators aside. Everything that rests on this table is inferred. An answer's element
 * is the first of its row that is there; a contract's element is sent where it is in a row.
 */
export const WORDS = {
  id: ['servicerequestid', 'srid', 'requestid', 'workorderid'],
  number: ['servicerequestnumber', 'requestnumber', 'srnumber', 'workordernumber'],
  unit_id: ['unitid'],
  resident_id: ['residentmemberid', 'residentid', 'memberid'],
  household_id: ['residenthouseholdid', 'reshid', 'householdid'],
  location: ['location', 'locationdescription'],
  location_id: ['locationid', 'servicelocationid'],
  title: ['title', 'subject', 'briefdescription', 'problemdescription', 'issuedescription'],
  description: [
    'details',
    'servicedetails',
    'servicerequestdetails',
    'requestdetails',
    'description',
    'comments',
    'notes',
  ],
  trade: [
    'problemid',
    'categoryid',
    'problemcategoryid',
    'problem',
    'category',
    'issueid',
    'problemcode',
    'categorycode',
  ],
  severity: ['priorityid', 'priority', 'prioritycode'],
  status: ['status', 'requeststatus', 'servicerequeststatus', 'statusdescription'],
  entry: ['permissiontoenter', 'permissiontoenterbit', 'haspermissiontoenter', 'accessauthorized', 'entrypermission'],
  entry_notes: ['accessnotes', 'entrynotes', 'accessinstructions', 'specialinstructions'],
  reporter_name: ['requestor', 'requestedby', 'reportedby', 'callername', 'contactname'],
  callback_phone: ['contactphone', 'callbackphone', 'phonenumber', 'phone', 'callerphone'],
  completion_notes: ['completionnotes', 'closingnotes', 'completionnote', 'completioncomments'],
  created_at: ['requestdate', 'createddate', 'createdate', 'datecreated', 'daterequested', 'requesteddate'],
  completed_at: ['completedate', 'completeddate', 'completiondate', 'datecompleted'],
  pmcid: ['pmcid'],
  siteid: ['siteid', 'propertyid'],
} as const satisfies Record<string, readonly string[]>;

export type Word = keyof typeof WORDS;

const folded = (name: string) => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '');

/** An answer's elements under the names of the table. */
export function named(wire: Plain): Plain {
  const byName = new Map(Object.entries(wire).map(([name, value]) => [folded(name), value]));
  return Object.fromEntries(
    Object.entries(WORDS).flatMap(([word, names]) => {
      const name = names.find((one) => byName.has(one));
      return name === undefined ? [] : [[word, byName.get(name)]];
    }),
  );
}

/** What an element of a contract is, undefined where no word fits. */
export function wordOf({ name }: Pick<WsdlField, 'name'>): Word | undefined {
  const plain = folded(name);
  return (Object.keys(WORDS) as Word[]).find((word) => (WORDS[word] as readonly string[]).includes(plain));
}
