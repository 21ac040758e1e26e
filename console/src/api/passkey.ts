// Passkeys in the browser: between its buffers and the base64url of the API (WebAuthn Level 3).
import { Problem } from './problem';
import type { NewPasskey, PasskeyAssertion, PasskeyCreation, PasskeyRequest } from './types';

export function fromBase64Url(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}

export function toBase64Url(buffer: ArrayBuffer): string {
  const binary = String.fromCharCode(...new Uint8Array(buffer));
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

type Known = PasskeyRequest['allowCredentials'];

function descriptors(known: Known): PublicKeyCredentialDescriptor[] {
  return known.map(({ id, transports }) => ({
    type: 'public-key',
    id: fromBase64Url(id),
    transports: transports as AuthenticatorTransport[],
  }));
}

// Browsers do not tell why: whoever cancels must not be told apart from whoever has no passkey.
function problemOf(thrown: unknown): Problem {
  const there = thrown instanceof DOMException && thrown.name === 'InvalidStateError';
  return new Problem(-1, there ? 'console.passkey_there' : 'console.passkey_refused', '', '');
}

async function ask(make: () => Promise<Credential | null>): Promise<PublicKeyCredential> {
  if (!('PublicKeyCredential' in window)) throw new Problem(-1, 'console.no_passkeys', '', '');
  let credential: Credential | null;
  try {
    credential = await make();
  } catch (thrown) {
    throw problemOf(thrown);
  }
  if (!(credential instanceof PublicKeyCredential)) throw problemOf(null);
  return credential;
}

export async function makePasskey(asked: PasskeyCreation): Promise<NewPasskey['credential']> {
  const publicKey: PublicKeyCredentialCreationOptions = {
    ...asked,
    challenge: fromBase64Url(asked.challenge),
    user: { ...asked.user, id: fromBase64Url(asked.user.id) },
    excludeCredentials: descriptors(asked.excludeCredentials),
  };
  const credential = await ask(() => navigator.credentials.create({ publicKey }));
  const response = credential.response as AuthenticatorAttestationResponse;
  return {
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      attestationObject: toBase64Url(response.attestationObject),
      transports: response.getTransports(),
    },
  };
}

export async function askPasskey(asked: PasskeyRequest): Promise<PasskeyAssertion> {
  const publicKey: PublicKeyCredentialRequestOptions = {
    ...asked,
    challenge: fromBase64Url(asked.challenge),
    allowCredentials: descriptors(asked.allowCredentials),
  };
  const credential = await ask(() => navigator.credentials.get({ publicKey }));
  const response = credential.response as AuthenticatorAssertionResponse;
  return {
    id: credential.id,
    response: {
      clientDataJSON: toBase64Url(response.clientDataJSON),
      authenticatorData: toBase64Url(response.authenticatorData),
      signature: toBase64Url(response.signature),
      userHandle: response.userHandle === null ? null : toBase64Url(response.userHandle),
    },
  };
}
