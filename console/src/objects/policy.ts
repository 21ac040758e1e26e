// Documents of the policy language, as far as the console writes them itself.

interface Statement {
  Sid: string;
  Effect: 'Allow' | 'Deny';
  Principal: { AWS: string };
  Action: string;
  Resource: string;
  Condition?: Record<string, Record<string, string>>;
}

export const bucketArn = (bucket: string) => `arn:aws:s3:::${bucket}`;
export const accountArn = (account: string) => `arn:aws:iam::${account}:root`;
export const userArn = (account: string, user: string) => `arn:aws:iam::${account}:user/${user}`;

export function isAccount(text: string): boolean {
  return /^[0-9]{12}$/.test(text);
}

// The octets of a key as a pattern that only they match: what is a sign of patterns is written as
// the variable that stands for it.
function literally(text: string): string {
  return text.replace(/[*?$]/g, (sign) => `\${${sign}}`);
}

// Lets an account list a folder and read what is in it. "reports" and "reports/" are the same.
export function readFolder(bucket: string, account: string, folder: string): Statement[] {
  const prefix = `${literally(folder.replace(/\/$/, ''))}/*`;
  const common = { Effect: 'Allow', Principal: { AWS: accountArn(account) } } as const;
  return [
    {
      Sid: 'ReadFolder',
      ...common,
      Action: 's3:GetObject',
      Resource: `${bucketArn(bucket)}/${prefix}`,
    },
    {
      Sid: 'ListFolder',
      ...common,
      Action: 's3:ListBucket',
      Resource: bucketArn(bucket),
      Condition: { StringLike: { 's3:prefix': prefix } },
    },
  ];
}

export const write = (document: unknown) => JSON.stringify(document, null, 2);

// The document with the statements after its own; nothing when `text` is no document that has any.
export function withStatements(text: string, more: readonly Statement[]): string | null {
  if (text.trim() === '') return write({ Version: '2012-10-17', Statement: more });
  try {
    const document = JSON.parse(text) as { Statement?: unknown } | null;
    if (typeof document !== 'object' || document === null) return null;
    const own = document.Statement;
    if (typeof own !== 'object' || own === null) return null;
    const all: unknown[] = Array.isArray(own) ? own : [own];
    return write({ ...document, Statement: [...all, ...more] });
  } catch {
    return null;
  }
}
