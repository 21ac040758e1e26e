// How persons come: invitations and terms, in English.
export const arrivalEn = {
  'invitation.title': 'An invitation',
  'invitation.who': '{by} invites you, {email}, to become a user of “{tenant}” at {provider}.',
  'invitation.until': 'the invitation ends',
  'invitation.factor': 'This role needs a second factor: you add it right after this.',
  'invitation.accept': 'Accept the invitation',
  'terms.title': 'Terms',
  'terms.why':
    'The terms changed, or you have not seen them yet. Accept them to go on; your programs are not affected.',
  'terms.version': 'Terms, version {version}',
  'terms.agree': 'I have read the terms {version} and accept them.',
  'terms.accept': 'Accept',
  'terms.leave': 'Sign out',
} as const;
