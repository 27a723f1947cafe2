/*
 * Everything that crosses the border of a process waits here until the test lets it go on, one operation at a time.
 */

/** One call across the border of a process. */
export interface Operation {
  process: number;
  /** What it is, for the trace of a failed run. */
  what: string;
  run(): Promise<void>;
}

/** Lets every promise callback run that is ready; a boundary call that follows from it is parked by then. */
export function quiet(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export class PendingOperations {
  #parked: Operation[] = [];
  #isRunning = false;
  /** Counts operations: the order of events within a run. */
  count = 0;

  /** Parks an operation of a process; resolves or fails with it once it has been let go on. */
  park<T>(process: number, what: string, work: () => Promise<T> | T): Promise<T> {
    // What an operation asks for itself, such as a read inside of a transaction, is part of it.
    if (this.#isRunning) return Promise.resolve(work());
    return new Promise<T>((resolve, reject) => {
      const run = async (): Promise<void> => {
        let settle: () => void;
        try {
          const value = await work();
          settle = () => resolve(value);
        } catch (error) {
          settle = () => reject(error as Error);
        }
        // Whoever waited for it goes on after the operation, not within it.
        this.#isRunning = false;
        settle();
      };
      this.#parked.push({ process, what, run });
    });
  }

  /** Those that a condition lets through, in the order in which they came. */
  ready(may: (process: number) => boolean): Operation[] {
    return this.#parked.filter(({ process }) => may(process));
  }

  /** Runs one operation to its end, and whatever follows from it up to the next border. */
  async release(operation: Operation): Promise<void> {
    this.#parked.splice(this.#parked.indexOf(operation), 1);
    this.count += 1;
    this.#isRunning = true;
    await operation.run();
    await quiet();
  }

  /** A process is gone: what it waits for never comes. */
  drop(process: number): void {
    this.#parked = this.#parked.filter((one) => one.process !== process);
  }
}
