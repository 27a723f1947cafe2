// Loaded before anything else, in plain JavaScript, because an old Node can neither strip types nor find node:sqlite.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 24 || (major === 24 && minor < 15)) {
  process.stderr.write(
    `Caretaker needs Node 24.15 or newer, and this is Node ${process.versions.node} (${process.execPath}).\n` +
      'The npm package "node" brings the right one: run "npm ci" without --ignore-scripts, then start through npm ("npm start").\n',
  );
  process.exit(1);
}
