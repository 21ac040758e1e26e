import type { publicEn } from './catalogue_public_en';

// What the pages say of public access, in French.
export const publicFr: Record<keyof typeof publicEn, string> = {
  'public.title': 'Accès public',
  'public.lead':
    'Ce que ce compartiment refuse au public, quoi que dise sa politique. Les réglages de l’organisation comptent aussi : le plus strict des deux vaut.',
  'public.open': 'Ouvert à tous',
  'public.closed': 'Non public',
  'public.open.means':
    'Quiconque connaît son nom peut faire ce que dit la politique, sans se connecter.',
  'public.kept.means':
    'La politique est publique ; elle ne laisse entrer personne hors de votre organisation.',
  'public.closed.means': 'La politique ne laisse entrer que ceux qu’elle nomme ou délimite.',
  'public.of_tenant': 'Accès public à tous les compartiments',
  'public.of_tenant.lead':
    'Ce que votre organisation refuse au public dans tous ses compartiments, quoi que disent leurs réglages et leurs politiques.',
  'public.of_tenant.counts': 'Actif tout de même : le réglage de votre organisation l’est.',
  'public.setting.block_public_policy': 'Refuser les politiques publiques',
  'public.setting.block_public_policy.means':
    'BlockPublicPolicy : une politique qui laisse entrer tout le monde est refusée à l’enregistrement. Celle qui est là reste.',
  'public.setting.restrict_public_buckets': 'Ne rien ouvrir à d’autres par une politique publique',
  'public.setting.restrict_public_buckets.means':
    'RestrictPublicBuckets : tant que la politique est publique, seuls vos propres utilisateurs entrent, et rien n’est servi à qui ne se connecte pas.',
  'public.setting.block_public_acls': 'Refuser les listes de contrôle d’accès publiques',
  'public.setting.block_public_acls.means':
    'BlockPublicAcls : sans effet ici, où ces listes n’ouvrent rien ; gardé pour les programmes.',
  'public.setting.ignore_public_acls': 'Ignorer les listes de contrôle d’accès publiques',
  'public.setting.ignore_public_acls.means':
    'IgnorePublicAcls : sans effet ici, où ces listes n’ouvrent rien ; gardé pour les programmes.',
  'public.save': 'Enregistrer les réglages',
  'public.save.ask': 'Cela vaut dès la prochaine requête.',
  'public.save.lift': 'Lever le blocage',
  'public.save.lift.ask':
    'Ce qui est levé ici, une politique peut l’ouvrir à tous, partout dans le monde, sans connexion. Cela vaut dès la prochaine requête.',
  'reach.everybody': 'Tous, sans connexion',
};
