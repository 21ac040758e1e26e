// What the pages of interventions, directories, programs and lost factors say, in English.
export const staffEn = {
  'people.interventions': 'Interventions',
  'interventions.lead.staff':
    'Nothing lets staff to customers’ data but an intervention: asked for with a reason, approved by another administrator, told to the customer, and over by itself.',
  'interventions.lead.partner':
    'What your provider’s staff asked for and did on your data and on that of your customers. These end theirs themselves.',
  'interventions.lead.customer':
    'What your provider’s staff asked to do on your data, and did. Nothing else lets it there, and you end it when you like.',
  'interventions.ask': 'Ask for an intervention',
  'interventions.ask.lead':
    'Another administrator of the provider decides. The customer sees it from now on, with your name and your reason.',
  'interventions.others': 'Other interventions',
  'interventions.none': 'There is no intervention.',
  'interventions.none.staff': 'Ask for one when a customer needs your help with its data.',
  'interventions.none.customer': 'Nobody of your provider asked to be let to your data.',
  intervention: 'Intervention',
  'intervention.of.ordinary': 'Intervention by {staff}',
  'intervention.of.break_glass': 'Break-glass by {staff}',
  'intervention.staff': 'Who acts',
  'intervention.customer': 'Customer',
  'intervention.customer.number': 'Number of the customer',
  'intervention.customer.number.means': 'Its account number, with or without the zeros before it.',
  'intervention.customer.number.wrong': 'A number has 1 to 19 digits.',
  'intervention.acts.means':
    'As little as will do. Policies of buckets are never reached, whatever is named.',
  'intervention.bucket': 'In the bucket',
  'intervention.bucket.means': 'Its whole name. Nothing: all buckets of the customer.',
  'intervention.everywhere': 'all buckets',
  'intervention.reason.what':
    'What it is needed for, such as a ticket: the customer and who decides read it.',
  'intervention.duration.from': 'From the approval. Then it is over by itself.',
  'intervention.ends': 'End',
  'intervention.expires': 'Over by itself',
  'intervention.ended': 'How it ended',
  'intervention.end.expired': 'its time was over',
  'intervention.end.staff': 'by the provider',
  'intervention.end.customer': 'by the customer',
  'intervention.allows': 'What it allows',
  'intervention.actions': 'By the names of the log and of policies',
  'intervention.arn': 'Who acts, as the log names it',
  'intervention.log': 'See all of it in the log: the request, the decision, each act, the end',
  'intervention.waits':
    'An administrator of your provider decides. You may stop it before, and end it later.',
  'intervention.own': 'You asked for it or act in it: another administrator decides.',
  'intervention.do.end': 'End it at once',
  'intervention.do.stop': 'Stop it before it begins',
  'intervention.ask.end': 'From now on {staff} may do nothing more on this data.',
  'intervention.ask.stop': 'Nobody decides it any more, and {staff} may do nothing on this data.',
  'intervention.state.pending': 'Waits for a decision',
  'intervention.state.open': 'Open now',
  'intervention.state.refused': 'Refused',
  'intervention.state.ended': 'Over',
  'intervention.state.lapsed': 'Lapsed',
  'interventions.break_glass': 'Break the glass',
  'interventions.break_glass.lead':
    'For an emergency that cannot wait: you act yourself, for an hour at most, once another administrator approved within 15 minutes. Both of you are asked for a second factor again when it is older than 15 minutes. The customer sees it from now on, and within 72 hours of its end you report what you did.',
  'intervention.acts.emergency':
    'As little as will do. Nothing ticked: everything on buckets and objects. Policies of buckets are never reached, whatever is named.',
  'intervention.everything': 'Everything on buckets and objects',
  'intervention.kind': 'Kind',
  'intervention.kind.ordinary': 'Ordinary intervention',
  'intervention.kind.break_glass': 'Break-glass',
  'intervention.left': 'Time left to approve it: {time}. Then it lapses.',
  'intervention.left.none': 'The time to approve it is over: it lapses.',
  'intervention.report': 'Report',
  'intervention.report.due': 'Report due',
  'intervention.report.overdue': 'Report overdue',
  'intervention.report.until': 'Due',
  'intervention.report.from': 'Due from',
  'intervention.report.later': 'Once the break-glass is over, who opened it says what was done.',
  'intervention.report.opener':
    'Who opened it writes the report. Were that account suspended or deleted, another administrator would.',
  'intervention.report.opener_gone':
    'The account of who opened it is suspended or deleted: you hand in the report instead.',
  'intervention.report.customer':
    'Your provider owes you a report on what was done. It is shown here, and is in your log, once it is handed in.',
  'intervention.report.text': 'What was done, and why it could not wait',
  'intervention.report.means':
    'The customer reads it, here and in its log. Handed in once, it stays as it is.',
  'intervention.report.too_long':
    'Too long by {over} octets: {maximum} at most, and an accented letter counts two.',
  'intervention.report.hand_in': 'Hand in the report',
  'intervention.report.given': 'Handed in by',

  'people.directories': 'Directories',
  'directories.lead':
    'Issuers whose tokens count here (OpenID Connect): with the directory of your organisation people sign in; with tokens of a build service or a cluster programs assume roles.',
  'directories.add': 'Add a directory',
  'directories.add.lead':
    'Say whose tokens count: those of people who sign in, of programs that assume roles, or both.',
  'directories.purpose': 'For',
  'directories.purpose.people': 'people who sign in',
  'directories.purpose.programs': 'programs that assume roles',
  'directories.purpose.both': 'people and programs',
  'directories.purpose.means.people':
    'A directory such as Keycloak or Entra ID. There, first make a client for the code flow, with the redirect address that is shown below once the directory has its name. No program assumes a role with its tokens.',
  'directories.purpose.means.programs':
    'A build service or a cluster that signs tokens for its programs. Nobody signs in with it: it needs no client.',
  'directories.purpose.means.both':
    'People sign in by the client, programs assume roles with tokens for audiences of their own.',
  'directories.purpose.ends.people':
    'Once saved, nobody signs in with it any more: sessions opened with it end, and all links of its persons are forgotten.',
  'directories.purpose.ends.programs':
    'Once saved, no program assumes a role with its tokens any more: sessions of roles that were assumed with them end.',
  'directories.none': 'There is no directory yet.',
  'directories.none.todo':
    'People sign in by user name and password. Add your Keycloak, Entra ID or another one.',
  'directories.asked_at_once': 'The directory is asked at once.',
  issuer: 'Directory',
  'directories.url': 'Address of the directory',
  'directories.url.means': 'As it calls itself (issuer). It cannot be changed later.',
  'directories.organisation.means':
    'What people type to sign in: 2 to 40 of a-z, 0-9, dot and hyphen. Nothing: nobody signs in with it.',
  'directories.redirect': 'Redirect address',
  'directories.redirect.means':
    'Give your directory this redirect address for the client, and the same at each other address at which people open the console:',
  'directories.client': 'Client',
  'directories.client.means': 'The client id that the directory gave to this console.',
  'directories.secret': 'Secret of the client',
  'directories.secret.means': 'Kept sealed and never shown. Nothing: none was agreed.',
  'directories.secret.kept': 'One is kept. Nothing: it stays.',
  'directories.secret.remove': 'Remove the secret: the directory asks for none',
  'directories.has_secret': 'kept sealed',
  'directories.has_no_secret': 'none',
  'directories.creates_users': 'Who is not known becomes a reader',
  'directories.creates_users.means':
    'Else you say for each person which user it is. More rights are asked for as by everybody.',
  'directories.trusts_factors': 'Its word for a second factor counts',
  'directories.trusts_factors.means':
    'Never for who is privileged: whoever runs the directory would become an administrator.',
  'directories.claim': 'Required claim',
  'directories.claim.means':
    'Tokens that lack it are refused, of people and of programs. Nothing: none is required.',
  'directories.value': 'with the value',
  'directories.required': 'Refused without',
  'directories.scopes': 'Scopes',
  'directories.scopes.means': 'Asked for besides openid. Press Enter after each.',
  'directories.audiences': 'Audiences of programs',
  'directories.audiences.means':
    'For whom tokens may be (claim aud) with which programs assume roles: at least one. Press Enter after each.',
  'directories.audiences.client':
    'That is the client of people: nobody’s sign-in may be taken for a program. Choose another audience.',
  'directories.how': 'How people sign in',
  'directories.how.means':
    'They choose “Sign in with a directory” on the page of the sign-in, type “{organisation}”, and sign in at the directory.',
  'directories.nobody': 'nobody signs in with it',
  'directories.nobody.means': 'Nobody signs in with it, for it has no name that people could type.',
  'directories.programs': 'How programs assume roles',
  'directories.programs.means':
    'With a token of it for one of its audiences, where a role’s trust policy names the token’s subject, and the directory by this name:',
  'directories.settings': 'Settings',
  'directories.save': 'Save the directory',
  'directories.yes': 'yes',
  'directories.no': 'no',
  'directories.arn': 'Its name in trust policies (ARN)',
  'directories.delete': 'Delete the directory',
  'directories.delete.ask.people':
    '{url} is forgotten with all its links, and sessions opened with it end. The users stay, and sign in with passwords.',
  'directories.delete.ask.programs':
    '{url} is forgotten: no program assumes a role with its tokens any more, and sessions of roles that were assumed with them end.',
  'directories.delete.ask.both':
    '{url} is forgotten with all its links, and sessions of people and of roles opened with it end. The users stay, and sign in with passwords.',
  'subjects.title': 'Who is who',
  'subjects.means': 'Which person of the directory is which user here.',
  'subjects.none': 'Nobody of this directory is a user here yet.',
  'subjects.subject': 'Subject in the directory',
  'subjects.subject.means': 'The claim sub, as the directory shows it for the person.',
  'subjects.user.means': 'A privileged person links the own account: nobody else does.',
  'subjects.how': 'How it came',
  'subjects.itself': 'by itself, at its first sign-in',
  'subjects.linked': 'linked by hand',
  'subjects.link': 'Link a person',
  'subjects.unlink': 'Remove the link',
  'subjects.unlink.of': 'Remove the link of {name}',
  'subjects.unlink.ask':
    '{name} signs in with this directory no more, and sessions opened with it end. The user stays.',

  'people.service-accounts': 'Programs',
  program: 'Account of a program',
  'program.tag': 'program',
  'programs.lead':
    'Accounts of programs: with keys and tokens that end, no password, and a person who answers for each.',
  'programs.own': 'Programs that you answer for',
  'programs.create': 'Create an account',
  'programs.none': 'There is no account of a program yet.',
  'programs.none.todo':
    'Create one for each program, so that none depends on the account of a person.',
  'programs.none.own': 'An administrator creates one, and names you as its owner.',
  'programs.owner': 'Owner',
  'programs.owner.means': 'Who answers for it. It works while the owner is active.',
  'programs.owner.new': 'New owner',
  'programs.hand_over': 'Hand over',
  'programs.hand_over.ask':
    'Keys and tokens of {name} lose the second factor of the owner before. Sessions of roles that it assumed end.',
  'programs.rests': 'Rests: owner suspended',
  'programs.rests.means':
    '{owner} is suspended, so all keys and tokens rest. Hand the account over to an active person.',
  'programs.privileged':
    'It uses such rights only with keys and tokens that the owner made with a second factor. Nobody else becomes its owner meanwhile.',
  'programs.keys.means':
    'With them the program signs S3 requests. Each ends; make the next one before.',
  'programs.keys.unseen':
    'Its keys are shown to administrators, who also delete one that nobody needs.',
  'programs.tokens.means':
    'With them the program uses the REST API and the command line. Nobody else lists them: each ends by itself, and all stop at once when the account is suspended.',
  'programs.delete': 'Delete the account',
  'programs.delete.ask':
    '{name} is deleted for good, with all its keys and tokens. Objects stay. Nobody else gets the name for 13 months.',

  'factors.title': 'Lost second factors',
  'factors.means':
    'Who lost the factor and the recovery codes needs two administrators and a day: one asks, another approves, and the user, told by mail, can object.',
  'factors.ask': 'Ask for their removal',
  'factors.ask.means':
    'Another administrator approves within three days. A day later all second factors and sessions of {name} are gone; the password stays, and a new factor is enrolled with it.',
  'factors.reason.what': 'How you know that it is the person: who approves reads it.',
  'factors.approved_by': 'Approved by',
  'factors.state.asked': 'Waits for approval',
  'factors.state.approved': 'Approved',
  'factors.state.done': 'Removed',
  'factors.state.cancelled': 'Cancelled',
  'factors.state.lapsed': 'Lapsed',
  'factors.lapses': 'lapses',
  'factors.effective': 'factors go',
  'factors.approve.of': 'Approve the removal for {name}',
  'factors.approve.ask':
    'See that it is {name}, by another way than a mail. A day after your approval the second factors are gone.',
  'factors.cancel': 'Cancel',
  'factors.cancel.of': 'Cancel the removal for {name}',
  'factors.cancel.ask': 'The second factors of {name} stay. It can be asked for again.',

  'reviews.reviewers': 'Who decides',
  'reviews.reviewers.means': 'Nobody ticked: every administrator.',
};
