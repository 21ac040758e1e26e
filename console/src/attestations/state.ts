import type { AttestationTopic } from '../api/types';

export type State = AttestationTopic['state'];

// The promises that a customer answers by signing.
export const topicOfMeasure: Readonly<Record<string, AttestationTopic['topic']>> = {
  'S07-C-01': 'access_management',
  'S07-C-07': 'guest_access',
  'S10-C-01': 'staff',
  'S10-C-02': 'skills',
  'S10-C-04': 'instructions',
};

// Whether it can be taken back: what is over, or was taken back, cannot.
export const isInForce = (state: State) =>
  state !== 'never' && state !== 'ended' && state !== 'withdrawn';

// The paragraphs of a text, which an empty line parts.
export const paragraphsOf = (text: string) => text.split('\n\n');
