import type * as z from 'zod/v4';
import type { CandidateView } from './who_can_go.ts';

/** Somebody who can take a job, on one line, with the id that sends them. */
export function candidateLine(candidate: z.infer<typeof CandidateView>): string {
  const { vendor_id, technician_id, name, phone, why, insured } = candidate;
  const id = vendor_id === undefined ? `technician_id ${technician_id}` : `vendor_id ${vendor_id}`;
  return `${name} (${[id, phone, why, insured?.replace(/\.$/, '')].filter(Boolean).join(', ')})`;
}
