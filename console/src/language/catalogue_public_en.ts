// What the pages say of public access, in English; see catalogue_en.ts.
export const publicEn = {
  'public.title': 'Public access',
  'public.lead':
    'What this bucket keeps from the public, whatever its policy says. The organisation’s settings count besides: the stricter of both holds.',
  'public.open': 'Open to everybody',
  'public.closed': 'Not public',
  'public.open.means': 'Whoever knows its name can do what the policy says, without signing in.',
  'public.kept.means': 'The policy is public; nobody beyond your organisation is let in by it.',
  'public.closed.means': 'The policy lets nobody in whom it does not name or narrow down.',
  'public.of_tenant': 'Public access to all buckets',
  'public.of_tenant.lead':
    'What your organisation keeps from the public in all its buckets, whatever their own settings and policies say.',
  'public.of_tenant.counts': 'On all the same: your organisation’s setting is.',
  'public.setting.block_public_policy': 'Take no public policies',
  'public.setting.block_public_policy.means':
    'BlockPublicPolicy: a policy that lets everybody in is refused when it is saved. One that is there stays.',
  'public.setting.restrict_public_buckets': 'Let a public policy open nothing to others',
  'public.setting.restrict_public_buckets.means':
    'RestrictPublicBuckets: as long as the policy is public, your own users alone come in, and nothing is served to who does not sign in.',
  'public.setting.block_public_acls': 'Take no public access control lists',
  'public.setting.block_public_acls.means':
    'BlockPublicAcls: without effect here, where lists open nothing; kept for programs.',
  'public.setting.ignore_public_acls': 'Pass over public access control lists',
  'public.setting.ignore_public_acls.means':
    'IgnorePublicAcls: without effect here, where lists open nothing; kept for programs.',
  'public.save': 'Save the settings',
  'public.save.ask': 'It holds for every request from now on.',
  'public.save.lift': 'Lift the block',
  'public.save.lift.ask':
    'What this lifts, a policy may open to everybody in the world, without signing in. It holds for every request from now on.',
  'reach.everybody': 'Everybody, without signing in',
} as const;
