import type { Answer } from './answer.ts';
import { Expectations } from './expectations.ts';

/** One call as it is told: who asked for what, and what came back. */
interface Told {
  who: string;
  tool: string;
  asked: string;
  answer: string;
}

interface ToldCall extends Omit<Told, 'answer'> {
  answer: Answer;
  brief: boolean;
}

interface ToldScene {
  day: string;
  title: string;
  calls: Told[];
  /** What changed in the PMS, as read from the PMS. */
  pms: string[];
  ok: boolean;
  expectations: number;
  failures: readonly string[];
}

const WIDTH = 120;
/** Less of an answer than this tells nothing. */
const BRIEF_ANSWER = 36;
const INDENT = '  ';

/** Tells what happens, scene by scene, as plain lines of text and as data. */
export class Story {
  readonly scenes: ToldScene[] = [];
  readonly #write: (line: string) => void;

  constructor(write: (line: string) => void) {
    this.#write = write;
  }

  line(text: string): void {
    this.#write(text);
  }

  /** Plays one scene. A scene that cannot go on is a failed expectation, and the next one still has its turn. */
  async scene(
    { day, title, signal }: { day: string; title: string; signal: AbortSignal },
    play: (expect: Expectations) => Promise<void>,
  ): Promise<void> {
    const scene: ToldScene = { day, title, calls: [], pms: [], ok: false, expectations: 0, failures: [] };
    const isNewDay = this.scenes.at(-1)?.day !== day;
    this.scenes.push(scene);
    if (isNewDay) this.#write(`\n${day.toUpperCase()}`);
    this.#write(title);
    const expect = new Expectations();
    try {
      await play(expect);
    } catch (error) {
      signal.throwIfAborted();
      expect.that(`the scene can be played to its end`, false, error instanceof Error ? error.message : error);
    }
    scene.ok = expect.ok;
    scene.expectations = expect.held + expect.failures.length;
    scene.failures = expect.failures;
    for (const failure of expect.failures) this.#write(`${INDENT}NOT AS EXPECTED: ${failure}`);
  }

  /** A call and its answer; a brief one is cut to one line where enough of the answer is left. */
  call({ who, tool, asked, answer, brief }: ToldCall): void {
    this.scenes.at(-1)?.calls.push({ who, tool, asked, answer: firstLine(answer.text) });
    this.#pair(`${who} > ${tool}: ${asked}`, firstLine(answer.text), brief);
  }

  /** Something that happens by itself. */
  aside(text: string): void {
    this.#write(cut(`${INDENT}${text}`, WIDTH));
  }

  /** Something that a person did at the command line. */
  person(who: string, did: string, outcome: string): void {
    this.scenes.at(-1)?.calls.push({ who, tool: 'command line', asked: did, answer: firstLine(outcome) });
    this.#pair(`${who} $ ${did}`, firstLine(outcome), false);
  }

  /** A change, or its absence, as it was found in the PMS. */
  pms(text: string): void {
    this.scenes.at(-1)?.pms.push(text);
    this.#write(cut(`${INDENT}| PMS: ${text}`, WIDTH));
  }

  /** A question and its answer, on one line where they fit. */
  #pair(question: string, answer: string, brief: boolean): void {
    const line = `${INDENT}${question}  =>  ${answer}`;
    const enough = brief && WIDTH - INDENT.length - question.length >= BRIEF_ANSWER;
    if (line.length <= WIDTH || enough) return this.#write(cut(line, WIDTH));
    this.#write(cut(`${INDENT}${question}`, WIDTH));
    this.#write(cut(`${INDENT}  => ${answer}`, WIDTH));
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1).trimEnd()}…`;
}
