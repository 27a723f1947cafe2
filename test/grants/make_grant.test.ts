import { describe, expect, it } from 'vitest';
import { grantOfRole, type GrantRules } from '../../src/grants/make_grant.ts';
import { CaretakerError } from '../../src/model/errors.ts';

const RULES: GrantRules = {
  organisation: 'Test',
  connections: [{ id: 'main', workflows: { maintenance: 'live', leasing: 'live', accounting: 'live' } }],
  tools: [],
  limits: {},
  emergency_limit: 1,
  sandboxOnly: true,
};

describe('a grant of a role alone', () => {
  it('is marked, so that it decides nothing', () => {
    expect(grantOfRole(RULES, 'admin')).toMatchObject({ principal: 'role:admin', kind: 'agent', from_role: true });
  });

  it.each([
    { role: 'boss', rules: RULES, code: 'invalid_input' },
    { role: '', rules: RULES, code: 'invalid_input' },
    { role: 'auditor', rules: { ...RULES, sandboxOnly: false }, code: 'not_permitted' },
  ])('is refused for "$role" (sandbox: $rules.sandboxOnly)', ({ role, rules, code }) => {
    expect(() => grantOfRole(rules, role)).toThrow(expect.objectContaining({ code }) as CaretakerError);
  });
});
