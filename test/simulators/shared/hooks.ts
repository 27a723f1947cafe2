import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod/v4';
import type { Clock } from '../faulty/clock.ts';
import type { Options } from './options.ts';
import type { Change, Tables } from './table.ts';
import type { Webhooks, World } from './vendor.ts';

const ATTEMPT_MS = 10_000;

/** Where webhooks go, and what goes wrong on the way. */
export const HookOrder = z.strictObject({
  /** Null sends none. */
  url: z.url().nullable().optional(),
  /** How many times more each delivery is sent. */
  duplicates: z.int().nonnegative().optional(),
  /** Keeps deliveries back until they are flushed, and sends them then, the last one first. */
  reorder: z.boolean().optional(),
  /** How many of the next deliveries are lost. */
  lose: z.int().nonnegative().optional(),
  /** Sends what was kept back and what is due again now. */
  flush: z.boolean().optional(),
});
export type HookOrder = z.input<typeof HookOrder>;

/** One attempt to deliver a webhook. */
export interface HookAttempt {
  at: string;
  body: string;
  attempt: number;
  /** Undefined where nobody answered. */
  status?: number;
}

interface Pending {
  body: string;
  attempt: number;
  due: number;
}

/** Sends the vendor's webhooks. */
export class Hooks {
  readonly #webhooks: Webhooks<Tables> | undefined;
  readonly #options: Options;
  readonly #clock: Clock;
  readonly #attempts: HookAttempt[] = [];
  #settings = { url: null as string | null, duplicates: 0, reorder: false, lose: 0 };
  #kept: string[] = [];
  #again: Pending[] = [];
  #lost = 0;
  #sending: Promise<void> = Promise.resolve();

  constructor(webhooks: Webhooks<Tables> | undefined, options: Options, clock: Clock) {
    this.#webhooks = webhooks;
    this.#options = options;
    this.#clock = clock;
  }

  /** Tells the subscriber of a commit, in the order of commits. */
  tell(changes: readonly Change[], world: World<Tables>): void {
    if (this.#settings.url === null || this.#webhooks === undefined) return;
    for (const body of this.#webhooks.events(changes, world)) {
      if (this.#settings.lose > 0) {
        this.#settings.lose -= 1;
        this.#lost += 1;
      } else if (this.#settings.reorder) this.#kept.push(body);
      else this.#queue(body);
    }
  }

  /** Throws where the vendor has no webhooks. Answers when all that can be delivered now is. */
  async order({ flush, ...order }: HookOrder): Promise<void> {
    if (this.#webhooks === undefined) throw new RangeError('this vendor has no webhooks');
    const set = Object.fromEntries(Object.entries(order).filter(([, value]) => value !== undefined));
    this.#settings = { ...this.#settings, ...set };
    if (flush) for (const body of this.#kept.splice(0).reverse()) this.#queue(body);
    await this.settle();
  }

  /** Sends again what is due, and waits until everything that was sent has been answered. */
  async settle(): Promise<void> {
    const now = this.#clock.now();
    const due = this.#again.filter((pending) => pending.due <= now);
    this.#again = this.#again.filter((pending) => pending.due > now);
    for (const pending of due) this.#send(pending);
    await this.#sending;
  }

  report(): { attempts: readonly HookAttempt[]; lost: number; kept: number; waiting: number } {
    return { attempts: this.#attempts, lost: this.#lost, kept: this.#kept.length, waiting: this.#again.length };
  }

  #queue(body: string): void {
    for (let time = 0; time <= this.#settings.duplicates; time += 1) this.#send({ body, attempt: 1, due: 0 });
  }

  #send(pending: Pending): void {
    this.#sending = this.#sending.then(() => this.#attempt(pending));
  }

  async #attempt({ body, attempt }: Pending): Promise<void> {
    const { url } = this.#settings;
    const webhooks = this.#webhooks as Webhooks<Tables>;
    if (url === null) return;
    const now = this.#clock.now();
    const signed = webhooks.sign(body, now, this.#options);
    const made: HookAttempt = { at: new Date(now).toISOString(), body, attempt };
    this.#attempts.push(made);
    try {
      const signal = AbortSignal.timeout(ATTEMPT_MS);
      const response = await fetch(url, { method: 'POST', headers: signed.headers, body: signed.body, signal });
      made.status = response.status;
      await response.arrayBuffer();
      if (response.ok) return;
    } catch {
      // Nobody there, or nobody who answers in time: tried again like a refusal.
    }
    const wait = webhooks.retry_ms[attempt - 1];
    if (wait === undefined) return;
    this.#again.push({ body, attempt: attempt + 1, due: now + wait });
    void delay(wait, undefined, { ref: false }).then(() => this.settle());
  }
}
