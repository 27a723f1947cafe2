import * as z from 'zod/v4';
import { VendorError, type Located, type StepContext, type StepRequest } from '../../connector.ts';
import { RECORD_KINDS, type RecordKind } from '../../../model/records.ts';
import { keptRequest } from '../../kit/kept_request.ts';
import type { Operation, PlannedStep } from '../../kit/vendor.ts';
import { madeId, type Client } from '../transport.ts';

/** One POST as the ledger keeps it: everything that Rent Manager is told goes out by one. */
const Post = z.object({
  /** Path, and query where there is one. */
  address: z.string(),
  /** Records, always as a list; absent for an action that takes none. */
  body: z.unknown().optional(),
  /** The record that is made or changed, by its id or by the field of the answer that says it. */
  record: z.object({
    kind: z.enum(RECORD_KINDS),
    id: z.string().optional(),
    key: z.string().optional(),
    prefix: z.string().optional(),
  }),
});

const Look = z.object({ record: z.object({ kind: z.enum(RECORD_KINDS), id: z.string() }) });

/** The names under which requests are kept: they outlive a version of this program. */
export const OPERATIONS = { post: 'post', look: 'look' } as const;

export function post(address: string, body: unknown, record: z.input<typeof Post>['record']): StepRequest {
  return { address, ...(body !== undefined && { body }), record };
}

/** What sends a prepared request. */
export function operationsOf(client: Client): Readonly<Record<string, Operation>> {
  return {
    [OPERATIONS.post]: async (request, signal) => {
      const { address, body, record } = keptRequest(Post, request);
      const answer = await client.post(address, body, signal);
      const id =
        record.id ?? withPrefix(record.prefix, record.key === undefined ? undefined : madeId(answer, record.key));
      return id === undefined ? {} : { record: { kind: record.kind, scope: '', id } };
    },
    // Nothing of it is Rent Manager's: it only has to have the record.
    [OPERATIONS.look]: async (request) => {
      const { kind, id } = keptRequest(Look, request).record;
      return { record: { kind, scope: '', id } };
    },
  };
}

function withPrefix(prefix = '', id: string | undefined): string | undefined {
  return id === undefined ? undefined : prefix + id;
}

/** A record that a look-up has found. */
export function found(kind: RecordKind, id: string): Located {
  return { outcome: 'found', result: { record: { kind, scope: '', id } } };
}

export const ABSENT: Located = { outcome: 'absent', covers_all: true };

/** What a vendor's 412 can be answered with: a posting into a period that is closed for good (seen). */
const SAVE_OPTION = 'saveOptions=IgnoreHardClose';

/** The address of a posting, with the option that overrides a closed period where a person has decided so. */
export function postingAddress(resource: string, { overridden }: StepContext): string {
  return overridden === true ? `${resource}?${SAVE_OPTION}` : resource;
}

/** For what no option is known: what Rent Manager wants a person to override has to be done there. */
export function refuseOverride({ overridden }: StepContext): void {
  if (overridden === true)
    throw new VendorError(
      'refused',
      'Rent Manager lets a person override this rule, and it is not known how over its API. Do it there. ' +
        'Nothing was changed.',
    );
}

/** A step for a command of which Rent Manager holds nothing: it is only made sure that the record is there. */
export function lookStep(kind: RecordKind, id: string, exists: () => Promise<boolean>): PlannedStep {
  return {
    ...{ name: 'look', retry: 'set_value', operation: OPERATIONS.look },
    async prepare() {
      if (await exists()) return { record: { kind, id } };
      throw new VendorError(
        'not_found',
        `Rent Manager does not have the ${kind.replaceAll('_', ' ')}. Nothing was changed.`,
      );
    },
    locate: () => Promise.resolve(found(kind, id)),
  };
}
