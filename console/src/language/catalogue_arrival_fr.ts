import type { arrivalEn } from './catalogue_arrival_en';

// How persons come: invitations and terms, in French.
export const arrivalFr: Record<keyof typeof arrivalEn, string> = {
  'invitation.title': 'Une invitation',
  'invitation.who':
    '{by} vous invite, {email}, à devenir utilisateur de « {tenant} » chez {provider}.',
  'invitation.until': 'l’invitation prend fin',
  'invitation.factor': 'Ce rôle exige un second facteur : vous l’ajoutez juste après.',
  'invitation.accept': 'Accepter l’invitation',
  'terms.title': 'Conditions',
  'terms.why':
    'Les conditions ont changé, ou vous ne les avez pas encore vues. Acceptez-les pour continuer ; vos programmes ne sont pas concernés.',
  'terms.version': 'Conditions, version {version}',
  'terms.agree': 'J’ai lu les conditions {version} et je les accepte.',
  'terms.accept': 'Accepter',
  'terms.leave': 'Se déconnecter',
};
