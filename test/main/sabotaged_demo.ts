import { Command } from 'commander';
import { define } from '../../src/main/demo.ts';
import type { Scene } from '../../src/main/demo/scene.ts';

/*
 * The demonstration with a scene that expects a change where a call is refused: what is told of it has to be found out
 * by looking into the PMS, and the whole has to fail.
 */
const sabotaged: Scene = {
  day: 'Night one',
  title: 'A change that nobody made',
  async play({ bookkeeper, pms }, expect) {
    const refused = await bookkeeper.ask(
      'create_work_order',
      { request_id: 'not-for-a-bookkeeper' },
      'not its business',
    );
    expect.equal('what the bookkeeper is told', refused.code, 'not_permitted');
    await pms.changed(expect, 1, 'a refused call');
  },
};

const broken: Scene = {
  day: 'Night one',
  title: 'A scene that cannot go on',
  play: () => Promise.reject(new Error('the scenery fell over')),
};

const command = new Command();
define(command, [sabotaged, broken]);
await command.parseAsync();
