import { type Place, runCommand } from './fleet.ts';

/** A second person at the command line, who decides what the agent of the first one asks for. */
export interface Decider {
  decide(writeId: string, decision: 'approve' | 'reject'): void;
  decided: number;
  /** What the command line complained of. */
  failures: string[];
  /** Waits until everything is decided that was handed over. */
  finish(): Promise<void>;
}

/** Makes a key for that person. At most `most` cases are decided; the others are left. */
export async function createDecider(place: Place, firstKey: string, most: number): Promise<Decider> {
  const person = ['keys', 'create', '--person', '--name', 'Second', '--role', 'admin'];
  const { key } = await runCommand<{ key: string }>(place, person, firstKey);
  let tail = Promise.resolve();
  let taken = 0;
  const decider: Decider = {
    decided: 0,
    failures: [],
    decide(writeId, decision) {
      if (taken >= most) return;
      taken += 1;
      tail = tail.then(async () => {
        try {
          await runCommand(place, ['approvals', decision, writeId], key);
          decider.decided += 1;
        } catch (error) {
          decider.failures.push(String(error));
        }
      });
    },
    finish: () => tail,
  };
  return decider;
}
