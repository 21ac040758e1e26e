// Who of the organisation needs a second factor.
let needed_by = 'privileged';

export function answerFactorRule(route, body, people) {
  if (route === 'PUT factor-rule') needed_by = body.needed_by;
  else if (route !== 'GET factor-rule') return undefined;
  const active = people.filter((each) => each.active);
  const without = active.filter((each) => !each.has_totp && each.passkeys === 0);
  return [200, { needed_by, people: active.length, without_factor: without.length }];
}
