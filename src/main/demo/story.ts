import type { Answer } from './answer.ts';
import { Expectations } from './expectations.ts';

/** One call as it is told: who asked for what, and what came back. */
interface Told {
  who: string;
  tool: string;
  asked: string;
  answer: string;
}

export interface ToldScene {
  day: string;
  title: string;
  calls: Told[];
  /** What changed in the PMS, as read from the PMS. */
  pms: string[];
  expectations: number;
  failures: readonly string[];
}

const WIDTH = 118;
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
  async scene(day: string, title: string, play: (expect: Expectations) => Promise<void>): Promise<void> {
    const scene: ToldScene = { day, title, calls: [], pms: [], expectations: 0, failures: [] };
    const isNewDay = this.scenes.at(-1)?.day !== day;
    this.scenes.push(scene);
    if (isNewDay) this.#write(`\n${day.toUpperCase()}`);
    this.#write(title);
    const expect = new Expectations();
    try {
      await play(expect);
    } catch (error) {
      expect.that(`the scene can be played to its end`, false, error instanceof Error ? error.message : error);
    }
    scene.expectations = expect.held + expect.failures.length;
    scene.failures = expect.failures;
    for (const failure of expect.failures) this.#write(`${INDENT}NOT AS EXPECTED: ${failure}`);
  }

  /** A call and its answer, on one line where they fit. */
  call(who: string, tool: string, asked: string, answer: Answer): void {
    const told = { who, tool, asked, answer: firstLine(answer.text) };
    this.scenes.at(-1)?.calls.push(told);
    const question = `${INDENT}${who} > ${tool}: ${asked}`;
    const oneLine = `${question}  =>  ${told.answer}`;
    if (oneLine.length <= WIDTH) return this.#write(oneLine);
    this.#write(cut(question, WIDTH));
    this.#write(cut(`${INDENT}  => ${told.answer}`, WIDTH));
  }

  /** Something that happens by itself. */
  aside(text: string): void {
    this.#write(cut(`${INDENT}${text}`, WIDTH));
  }

  /** Something that a person did at the command line. */
  person(who: string, did: string, outcome: string): void {
    this.#write(cut(`${INDENT}${who} $ ${did}`, WIDTH));
    this.#write(cut(`${INDENT}  => ${firstLine(outcome)}`, WIDTH));
  }

  /** A change, or its absence, as it was found in the PMS. */
  pms(text: string): void {
    this.scenes.at(-1)?.pms.push(text);
    this.#write(cut(`${INDENT}| PMS: ${text}`, WIDTH));
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? '';
}

function cut(text: string, width: number): string {
  return text.length <= width ? text : `${text.slice(0, width - 1).trimEnd()}…`;
}
