// Policies as choices: what the builder can say of a document, and the document of what was chosen.
// A grant is one statement. What is written in another way stays as it was written.
import { bucketArn, write } from '../objects/policy';

export const effects = ['Allow', 'Deny'] as const;
export type Effect = (typeof effects)[number];

export interface Grant {
  effect: Effect;
  service: Service;
  choices: string[];
  // Where: names of buckets, patterns too; none is every bucket.
  buckets: string[];
}

// A statement of the document: one that the builder says, or one that it keeps as it is.
export type Part = { grant: Grant; sid: string | null } | { kept: unknown };

export const services = ['objects', 'listing', 'audit', 'people'] as const;
export type Service = (typeof services)[number];

// What can be chosen of a service, and the actions that it stands for.
export const choicesOf: Readonly<Record<Service, Readonly<Record<string, readonly string[]>>>> = {
  objects: {
    list: ['s3:ListBucket', 's3:ListBucketMultipartUploads', 's3:ListMultipartUploadParts'],
    read: ['s3:GetObject', 's3:GetObjectAttributes'],
    write: ['s3:PutObject', 's3:AbortMultipartUpload'],
    delete: ['s3:DeleteObject'],
    create_bucket: ['s3:CreateBucket'],
    delete_bucket: ['s3:DeleteBucket'],
    read_policy: ['s3:GetBucketPolicy', 's3:GetBucketPolicyStatus'],
  },
  listing: { buckets: ['s3:ListAllMyBuckets'] },
  audit: { look: ['audit:List*', 'audit:Get*'] },
  people: { look: ['iam:List*', 'iam:Get*'] },
};

export const isPlaced = (service: Service) => service === 'objects';

export function newGrant(service: Service = 'objects'): Grant {
  const choices = service === 'objects' ? ['list', 'read'] : Object.keys(choicesOf[service]);
  return { effect: 'Allow', service, choices, buckets: [] };
}

// What is wrong with a grant before it can be a statement.
export function faultOf(grant: Grant): 'nothing_chosen' | 'bad_bucket' | null {
  if (grant.choices.length === 0) return 'nothing_chosen';
  return grant.buckets.every((bucket) => /^[a-z0-9.*?-]{1,63}$/.test(bucket)) ? null : 'bad_bucket';
}

function statementOf({ effect, service, choices, buckets }: Grant, sid: string | null): object {
  const actions = Object.entries(choicesOf[service])
    .filter(([choice]) => choices.includes(choice))
    .flatMap(([, stands]) => stands);
  const everywhere = !isPlaced(service) || buckets.length === 0;
  const resources = buckets.flatMap((bucket) => [bucketArn(bucket), `${bucketArn(bucket)}/*`]);
  return {
    ...(sid === null ? {} : { Sid: sid }),
    Effect: effect,
    Action: actions,
    Resource: everywhere ? '*' : resources,
  };
}

export function writeParts(parts: readonly Part[]): string {
  return write({
    Version: '2012-10-17',
    Statement: parts.map((part) =>
      'kept' in part ? part.kept : statementOf(part.grant, part.sid),
    ),
  });
}

const isText = (value: unknown): value is string => typeof value === 'string';

function textsOf(value: unknown): string[] | null {
  if (isText(value)) return [value];
  return Array.isArray(value) && value.every(isText) ? value : null;
}

// The choices whose actions are these, neither more nor fewer.
export function choicesIn(service: Service, actions: readonly string[]): string[] | null {
  // Nothing is chosen yet: only objects have more than one choice.
  if (actions.length === 0) return service === 'objects' ? [] : null;
  const left = new Set(actions);
  const found: string[] = [];
  for (const [choice, stands] of Object.entries(choicesOf[service])) {
    if (!stands.every((action) => actions.includes(action))) continue;
    for (const action of stands) left.delete(action);
    found.push(choice);
  }
  return left.size === 0 ? found : null;
}

// The buckets of pairs "the bucket, all that is in it"; none for everything.
function bucketsIn(resources: readonly string[]): string[] | null {
  if (resources.length === 1 && resources[0] === '*') return [];
  const buckets = resources
    .map((resource) => /^arn:aws:s3:::([^/]+)$/.exec(resource)?.[1])
    .filter((name) => name !== undefined);
  const whole = new Set(buckets.flatMap((name) => [bucketArn(name), `${bucketArn(name)}/*`]));
  const same = whole.size === resources.length && resources.every((each) => whole.has(each));
  return same && buckets.length > 0 ? buckets : null;
}

function partOf(statement: unknown): Part {
  const kept = { kept: statement };
  if (typeof statement !== 'object' || statement === null) return kept;
  const { Sid, Effect: effect, Action, Resource, ...rest } = statement as Record<string, unknown>;
  const actions = textsOf(Action);
  const resources = textsOf(Resource);
  const named = Sid === undefined || isText(Sid);
  if (Object.keys(rest).length > 0 || !named || actions === null || resources === null) return kept;
  if (effect !== 'Allow' && effect !== 'Deny') return kept;
  const buckets = bucketsIn(resources);
  if (buckets === null) return kept;
  for (const service of services) {
    const choices = choicesIn(service, actions);
    if (choices === null || (!isPlaced(service) && buckets.length > 0)) continue;
    return { grant: { effect, service, choices, buckets }, sid: isText(Sid) ? Sid : null };
  }
  return kept;
}

// The statements of a document; nothing where the text is no document that has any, or where it has
// more elements than the builder would write again.
export function readParts(text: string): Part[] | null {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document)) return null;
  const { Version, Statement, ...rest } = document as Record<string, unknown>;
  if (Object.keys(rest).length > 0 || (Version !== undefined && Version !== '2012-10-17')) {
    return null;
  }
  if (typeof Statement !== 'object' || Statement === null) return null;
  const statements: unknown[] = Array.isArray(Statement) ? Statement : [Statement];
  return statements.map(partOf);
}
