// How persons come: invitations, lost passwords and terms, in English.
export const arrivalEn = {
  'invitation.title': 'An invitation',
  'invitation.who': '{by} invites you, {email}, to become a user of “{tenant}” at {provider}.',
  'invitation.until': 'the invitation ends',
  'invitation.factor': 'This role needs a second factor: you add it right after this.',
  'invitation.accept': 'Accept the invitation',
  'lost.title': 'A new password',
  'lost.forgotten': 'Forgotten?',
  'lost.ask': 'Mail me a link',
  'lost.what': 'A link to choose a new password goes to the address of this user, if there is one.',
  'lost.sent':
    'If there is such a user with an address, a mail is on its way. Its link is good once, for an hour.',
  'lost.who': 'Choose a new password for “{user}”.',
  'lost.until': 'the link ends',
  'lost.set': 'Set the password',
  'lost.done': 'The password is set, and all sessions ended. Sign in with it now.',
  'lost.passkey': 'Set it with a passkey',
  'terms.title': 'Terms',
  'terms.why':
    'The terms changed, or you have not seen them yet. Accept them to go on; your programs are not affected.',
  'terms.version': 'Terms, version {version}',
  'terms.agree': 'I have read the terms {version} and accept them.',
  'terms.accept': 'Accept',
  'terms.leave': 'Sign out',
  'directory.begin': 'Sign in with a directory',
  'directory.organisation': 'Name of the directory',
  'directory.organisation.what':
    'As your administrators gave it. Your organisation’s own name may lead to somebody else’s.',
  'directory.go': 'Go on to its sign-in page',
  'directory.back': 'With a user name and password',
  'directory.refused':
    'Your organisation’s directory did not let you in, or you left its page. Begin again.',
  'directory.factor': 'Your organisation knows you. Show your second factor here as well.',
  'directory.again': 'Begin again',
  'directory.by': 'by {url}',
} as const;
