// Legal holds on the log, in memory.
import { events } from './data.mjs';

const now = () => Date.now() * 1000;

function hold(id, reason, filter, state) {
  return {
    id,
    tenant: '2',
    reason,
    filter: { details: [], ...filter },
    placed_by_name: id === '72' ? 'arn:belfry:iam::1:user/irene' : 'nadia',
    placed_by_provider: id === '72',
    placed_us: now() - 9e11,
    state,
    events: 3,
    looked_at: state === 'copying' ? 103 : 412,
    log_size: 412,
  };
}

let holds = [
  hold('71', 'Case 12', { actor: 'claire', from_us: now() - 9e12, until_us: now() + 9e12 }, 'kept'),
  hold('72', 'Case 13', {}, 'damaged'),
];

// [status, what]
export function answerHolds(method, path, body) {
  if (method === 'POST' && path.length === 2) {
    const placed = hold(String(73 + holds.length), body.reason, body.filter, 'copying');
    holds.push(placed);
    return [201, placed];
  }
  if (method === 'POST') {
    holds = holds.filter(({ id }) => id !== path[2]);
    return [204];
  }
  const items = path[3] === 'events' ? events.slice(0, 3) : holds;
  return [200, { items, next_cursor: null }];
}
