// What is kept from the public, in memory.
const everything = {
  block_public_acls: true,
  ignore_public_acls: true,
  block_public_policy: true,
  restrict_public_buckets: true,
};
let tenant = { ...everything, block_public_policy: false, restrict_public_buckets: false };
const buckets = new Map([
  ['rivage-photos', { ...everything, block_public_policy: false, restrict_public_buckets: false }],
]);

const ofBucket = (name) => {
  const bucket = buckets.get(name) ?? everything;
  const isPublic = name === 'rivage-photos';
  const restricts = bucket.restrict_public_buckets || tenant.restrict_public_buckets;
  return { bucket, tenant, policy_is_public: isPublic, is_open: isPublic && !restricts };
};

export const isOpen = (name) => ofBucket(name).is_open;

// Nothing: another route.
export function answerPublicAccess(route, path, body) {
  switch (route) {
    case 'GET public-access':
      return [200, tenant];
    case 'PUT public-access':
      tenant = body;
      return [200, tenant];
    case 'GET buckets/*/public-access':
      return [200, ofBucket(path[1])];
    case 'PUT buckets/*/public-access':
      buckets.set(path[1], body);
      return [200, ofBucket(path[1])];
  }
  return undefined;
}
