/* A server under test. Whoever started it holds the other end of its standard input, and it does not outlive that one. */
process.stdin.once('end', () => process.exit(1)).resume();
// Waiting for that end is no reason to stay.
process.stdin.unref();
await import('../simulators/caretaker.ts');
