import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname, uptime } from 'node:os';

/*
 * Names a process in leases, so that a dead one's work is taken over at once. Wherever it cannot be told for certain
 * that a process is dead, it counts as alive, and the lease runs out by itself.
 */

/** Fields of `/proc/<pid>/stat` after the command's closing bracket; the start time is field 22 of all (proc(5)). */
const START_TIME = 22 - 3;

/**
 * The machine's boot and the namespace that process ids count in: two containers may share a host name, and a process
 * id means something only within these. Where there is no `/proc`, the host name has to do.
 */
function placeOfThisProcess(): string {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return `host/${hostname()}`;
  }
}

/** When a process was started, in the kernel's ticks; `gone` where there is none, undefined where nobody can tell. */
function startOf(pid: number): string | 'gone' | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[START_TIME];
  } catch {
    return exists(pid) ? undefined : 'gone';
  }
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** The name of this process, which no other process ever had or will have. */
export function processOwner(): string {
  return [placeOfThisProcess(), process.pid, startOf(process.pid) ?? ''].join(' ');
}

/** False only where the process of that name is certainly over. */
export function ownerIsAlive(owner: string): boolean {
  const [place, pid, start] = owner.split(' ');
  if (place !== placeOfThisProcess() || !/^\d+$/.test(pid ?? '')) return true;
  const now = startOf(Number(pid));
  if (now === 'gone') return false;
  return now === undefined || start === undefined || start === '' || now === start;
}

/**
 * Which start of this machine it is, and whole milliseconds since then: a clock that nobody can set and that goes on while
 * the machine sleeps. Containers of one machine may be shown different times since its start, so that each is a machine of
 * its own here. Undefined where the system has no name for its start.
 */
export function machineUptime(): { boot: string; ms: () => number } | undefined {
  const place = placeOfThisProcess();
  if (place.startsWith('host/')) return undefined;
  const boot = createHash('sha256').update(place).digest('base64url').slice(0, 11);
  return { boot, ms: () => Math.round(uptime() * 1_000) };
}
