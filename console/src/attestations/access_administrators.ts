import type { AttestationTopic } from '../api/types';

// Those who were named before and are there still; at first who signs.
export function administratorsBefore(topic: AttestationTopic, signer: string): string[] {
  const named = topic.attestation?.administrators.filter(({ active }) => active) ?? [];
  return named.length === 0 ? [signer] : named.map(({ user }) => user);
}
