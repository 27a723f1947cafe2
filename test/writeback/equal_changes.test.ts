import { expect, it } from 'vitest';
import { KeyRing } from '../../src/store/keyring.ts';
import { createWriteback } from '../../src/writeback/writeback.ts';
import { describeOnEveryEngine } from '../store/engines.ts';
import { openRig } from './ledger_rig.ts';

describeOnEveryEngine('the ledger', (open) => {
  it('knows an equal change also after a new key was put in front of the ring', async () => {
    const rig = await openRig(await open());
    const key = (id: string) => `${id}:${Buffer.alloc(32, id).toString('base64')}`;
    const ring = (...ids: string[]) => KeyRing.fromEnvironment(ids.map(key).join(), { sandboxOnly: false });
    const before = createWriteback({ ...rig.runtime, keyring: ring('old') });
    const after = createWriteback({ ...rig.runtime, keyring: ring('new', 'old') });
    const intent = () => rig.intent(rig.createWorkOrder(), { effect: 'the same' });
    const { write_id, effect_digest } = await before.submit(intent());
    await expect(after.submit(intent())).rejects.toMatchObject({ options: { details: { write_id } } });
    const meant = await after.submit({ ...intent(), not_duplicate_of: write_id });
    expect(meant.effect_digest).not.toBe(effect_digest);
    await rig.close();
  });
});
