import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { ownerIsAlive, processOwner } from '../../src/main/process_owner.ts';

const own = processOwner();
const [place = '', pid = '', start = ''] = own.split(' ');

describe('the owner of a lease', () => {
  it('is this process, which is alive', () => {
    expect(pid).toBe(String(process.pid));
    expect(processOwner()).toBe(own);
    expect(ownerIsAlive(own)).toBe(true);
  });

  it('is dead once its process has ended', async () => {
    const child = spawn(process.execPath, ['-e', '']);
    await once(child, 'exit');
    expect(ownerIsAlive(`${place} ${child.pid} 1`)).toBe(false);
  });

  it.runIf(start !== '')('is dead where another process has its number now', () => {
    expect(ownerIsAlive(`${place} ${pid} ${Number(start) - 1}`)).toBe(false);
  });

  it.each([
    ['another machine or container', `elsewhere/pid:[1] ${pid} 1`],
    ['a form that nobody knows', 'somebody'],
    ['no process number', `${place} x 1`],
    ['nothing', ''],
  ])('counts as alive with %s, because nobody can tell', (_what, owner) => {
    expect(ownerIsAlive(owner)).toBe(true);
  });
});
