import { WebStandardStreamableHTTPServerTransport, type McpServerFactory } from '@modelcontextprotocol/server';
import { randomUUID } from 'node:crypto';

/** A session nobody has used for this long is closed; its client starts another when it finds it gone. */
const IDLE_MS = 30 * 60_000;

interface Session {
  transport: WebStandardStreamableHTTPServerTransport;
  principal: string;
  usedAt: number;
  /** Requests and streams that are open in it. */
  open: number;
}

/**
 * Sessions of clients that speak a protocol of 2025, which need one to cancel a call or to be asked something.
 * A session is a convenience, not an identity: each request brings its own token, and a session answers only to the
 * principal who opened it.
 */
export class Sessions {
  readonly #byId = new Map<string, Session>();
  readonly #newServer: McpServerFactory;
  readonly #limit: number;

  constructor(newServer: McpServerFactory, limit: number) {
    this.#newServer = newServer;
    this.#limit = limit;
  }

  /**
   * A transport for a client that introduces itself; its session exists once `initialize` has been answered.
   * Undefined where the limit is reached by sessions that are all in use.
   */
  async open(principal: string): Promise<WebStandardStreamableHTTPServerTransport | undefined> {
    this.#makeRoom();
    if (this.#byId.size >= this.#limit) return undefined;
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: () => randomUUID(),
      onsessioninitialized: (id) => {
        this.#byId.set(id, { transport, principal, usedAt: performance.now(), open: 0 });
      },
    });
    const server = await this.#newServer({ era: 'legacy' });
    await server.connect(transport);
    const closed = transport.onclose;
    transport.onclose = () => {
      if (transport.sessionId !== undefined) this.#byId.delete(transport.sessionId);
      closed?.();
    };
    return transport;
  }

  /** The session's transport, held open until `release` is called; undefined where this principal has no such session. */
  use(id: string, principal: string): { transport: Session['transport']; release(): void } | undefined {
    const session = this.#byId.get(id);
    if (!session || session.principal !== principal) return undefined;
    session.open++;
    session.usedAt = performance.now();
    const release = () => {
      session.open--;
      session.usedAt = performance.now();
    };
    return { transport: session.transport, release };
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byId.values()].map(({ transport }) => transport.close()));
  }

  /** Closes idle sessions, and beyond the limit the ones unused for longest, rather than turn a client away. */
  #makeRoom(): void {
    const now = performance.now();
    const byAge = [...this.#byId.values()].filter(({ open }) => open === 0).sort((a, b) => a.usedAt - b.usedAt);
    const excess = this.#byId.size - this.#limit + 1;
    byAge.forEach((session, index) => {
      if (index < excess || now - session.usedAt > IDLE_MS) void session.transport.close();
    });
  }
}
