// A policy's statements, as a page tells of them.

export interface Told {
  sid: string | null;
  denies: boolean;
  actions: string[];
  otherwise: boolean; // all actions but these
  resources: string[];
  elsewhere: boolean; // all resources but these
  scopes: string[]; // belfry:ResourceScope: self, own, below, provider
  conditions: string[];
}

function textsOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map((each) => textOf(each));
  return value === undefined ? [] : [textOf(value)];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

const scopeKey = 'belfry:resourcescope';

function readConditions(value: unknown): Pick<Told, 'scopes' | 'conditions'> {
  const scopes: string[] = [];
  const conditions: string[] = [];
  const operators = Object.entries((value ?? {}) as Record<string, Record<string, unknown>>);
  for (const [operator, keys] of operators) {
    for (const [key, values] of Object.entries(keys)) {
      if (key.toLowerCase() === scopeKey && operator === 'ForAnyValue:StringEquals') {
        scopes.push(...textsOf(values));
      } else {
        conditions.push(`${operator} ${key}: ${textsOf(values).join(', ')}`);
      }
    }
  }
  return { scopes, conditions };
}

// Of a document that the server has taken.
export function tell(document: unknown): Told[] {
  const { Statement } = document as { Statement: unknown };
  const statements = (Array.isArray(Statement) ? Statement : [Statement]) as Record<
    string,
    unknown
  >[];
  return statements.map((each) => ({
    sid: typeof each['Sid'] === 'string' ? each['Sid'] : null,
    denies: each['Effect'] === 'Deny',
    actions: textsOf(each['Action'] ?? each['NotAction']),
    otherwise: each['NotAction'] !== undefined,
    resources: textsOf(each['Resource'] ?? each['NotResource']),
    elsewhere: each['NotResource'] !== undefined,
    ...readConditions(each['Condition']),
  }));
}

const known = ['s3', 'iam', 'audit', 'disk', 'topology', 'measure'] as const;
export type KnownService = (typeof known)[number];

// The service of an action: "s3:Get*" is of s3, "*" of all.
export function serviceOf(action: string): KnownService | null {
  const name = action.split(':')[0]?.toLowerCase();
  return known.find((each) => each === name) ?? null;
}

export function byService(actions: readonly string[]): [KnownService | null, string[]][] {
  const groups = new Map<KnownService | null, string[]>();
  for (const action of actions) {
    const service = serviceOf(action);
    groups.set(service, [...(groups.get(service) ?? []), action]);
  }
  return [...groups];
}
