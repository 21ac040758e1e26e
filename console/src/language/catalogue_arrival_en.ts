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
  'directory.begin': 'Sign in with your organisation',
  'directory.organisation': 'Organisation',
  'directory.organisation.what': 'The name that your administrators gave you.',
  'directory.go': 'Go on to its sign-in page',
  'directory.back': 'With a user name and password',
  'directory.refused':
    'Your organisation’s directory did not let you in, or you left its page. Begin again.',
  'directory.factor': 'Your organisation knows you. Show your second factor here as well.',
  'directory.again': 'Begin again',
  'directory.by': 'by {url}',
} as const;
