/** What a tool call came back with, in the parts of an MCP result that the demonstration reads. */
export interface CallResult {
  content?: readonly { type: string; text?: string }[];
  structuredContent?: unknown;
  isError?: boolean;
  _meta?: Record<string, unknown>;
}

/** Where the record of a refusal is: as `structuredContent` some clients would hold it against the tool's output. */
const ERROR_META = 'caretaker/error';

/** The structured result of a call, read by path: `work_order.version`, `candidates.0.vendor_id`. */
export class Answer {
  readonly structured: unknown;
  /** What the client shows to a person. */
  readonly text: string;
  readonly isError: boolean;

  constructor(result: CallResult) {
    this.structured = result.structuredContent ?? result._meta?.[ERROR_META];
    this.text = result.content?.find(({ type }) => type === 'text')?.text ?? '';
    this.isError = result.isError === true;
  }

  /** Undefined where there is nothing. */
  at(path: string): unknown {
    return path
      .split('.')
      .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), this.structured);
  }

  /** A text that has to be there; throws where it is not. */
  need(path: string): string {
    const found = this.at(path);
    if (typeof found === 'string') return found;
    throw new Error(`the answer has no ${path}: ${JSON.stringify(this.structured).slice(0, 400)}`);
  }

  /** The objects of a list; none where there is no such list. */
  list(path: string): Record<string, unknown>[] {
    const found = this.at(path);
    return Array.isArray(found) ? found.filter(isObject) : [];
  }

  /** The code of a refusal, or of a change that failed. */
  get code(): unknown {
    return this.at('error.code') ?? this.at('write.error.code');
  }

  /** The state of the write that the call made or met. */
  get state(): unknown {
    return this.at('write.state');
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
