import type { arrivalEn } from './catalogue_arrival_en';

// How persons come: invitations, lost passwords and terms, in French.
export const arrivalFr: Record<keyof typeof arrivalEn, string> = {
  'invitation.title': 'Une invitation',
  'invitation.who':
    '{by} vous invite, {email}, à devenir utilisateur de « {tenant} » chez {provider}.',
  'invitation.until': 'l’invitation prend fin',
  'invitation.factor': 'Ce rôle exige un second facteur : vous l’ajoutez juste après.',
  'invitation.accept': 'Accepter l’invitation',
  'lost.title': 'Un nouveau mot de passe',
  'lost.forgotten': 'Oublié ?',
  'lost.ask': 'M’envoyer un lien',
  'lost.what':
    'Un lien pour choisir un nouveau mot de passe est envoyé à l’adresse de cet utilisateur, s’il en a une.',
  'lost.sent':
    'S’il existe un tel utilisateur avec une adresse, un courrier est en route. Son lien sert une fois, pendant une heure.',
  'lost.who': 'Choisissez un nouveau mot de passe pour « {user} ».',
  'lost.until': 'le lien prend fin',
  'lost.set': 'Définir le mot de passe',
  'lost.done':
    'Le mot de passe est défini, et toutes les sessions ont pris fin. Connectez-vous avec lui.',
  'lost.passkey': 'Le définir avec une clé d’identification',
  'terms.title': 'Conditions',
  'terms.why':
    'Les conditions ont changé, ou vous ne les avez pas encore vues. Acceptez-les pour continuer ; vos programmes ne sont pas concernés.',
  'terms.version': 'Conditions, version {version}',
  'terms.agree': 'J’ai lu les conditions {version} et je les accepte.',
  'terms.accept': 'Accepter',
  'terms.leave': 'Se déconnecter',
  'directory.begin': 'Se connecter avec un annuaire',
  'directory.organisation': 'Nom de l’annuaire',
  'directory.organisation.what':
    'Donné par vos administrateurs. Celui de votre organisation peut mener à l’annuaire d’une autre.',
  'directory.go': 'Continuer vers sa page de connexion',
  'directory.back': 'Avec un nom d’utilisateur et un mot de passe',
  'directory.refused':
    'L’annuaire de votre organisation ne vous a pas laissé entrer, ou vous avez quitté sa page. Recommencez.',
  'directory.factor': 'Votre organisation vous connaît. Montrez aussi votre second facteur ici.',
  'directory.again': 'Recommencer',
  'directory.by': 'par {url}',
};
