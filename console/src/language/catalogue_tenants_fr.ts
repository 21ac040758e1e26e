import type { tenantsEn } from './catalogue_tenants_en';

// What the pages say of the tree of tenants, in French.
export const tenantsFr: Record<keyof typeof tenantsEn, string> = {
  'nav.tenants': 'Organisations',
  'tenants.title': 'Organisations',
  'tenants.lead': 'Votre organisation, et celles qui se trouvent sous elle.',
  'tenants.tree': 'Qui se trouve sous qui',
  'tenants.with_ended': 'Montrer celles qui sont clôturées',
  'tenants.name': 'Nom',
  'tenants.name.means':
    'Aucune autre sous la même organisation ne le porte. Il est libre dès qu’un autre est donné.',
  'tenants.number': 'Numéro',
  'tenants.kind': 'Genre',
  'tenants.kind.provider': 'fournisseur',
  'tenants.kind.partner': 'partenaire',
  'tenants.kind.customer': 'client',
  'tenants.state': 'État',
  'tenants.state.active': 'active',
  'tenants.state.suspended': 'suspendue',
  'tenants.state.rests': 'suspendue avec celle au-dessus',
  'tenants.state.ended': 'clôturée',
  'tenants.why': '{time} : {reason}',
  'tenants.depth': ', niveau {depth}',
  'tenants.below': 'Sous',
  'tenants.create': 'Créer une organisation',
  'tenants.rename': 'Renommer',
  'tenants.rename.of': 'Renommer {name}',
  'tenants.suspend': 'Suspendre',
  'tenants.suspend.of': 'Suspendre {name}',
  'tenants.suspend.ask':
    'Dès maintenant, personne de {name} ne se connecte, et aucune de ses clés, aucun de ses jetons n’agit. Ses compartiments publics ne sont plus servis. Ce qu’elle conserve, et son journal, restent.',
  'tenants.suspend.partner': 'Il en va de même pour toutes les organisations sous elle.',
  'tenants.reason': 'Motif',
  'tenants.reason.means': 'Les deux journaux l’ont : l’organisation l’y lit une fois réactivée.',
  'tenants.resume': 'Réactiver',
  'tenants.resume.of': 'Réactiver {name}',
  'tenants.resume.ask':
    'Les personnes et les programmes de {name} reprennent là où ils en étaient, tant que rien de ce qu’ils ont n’a expiré.',
  'tenants.end': 'Clôturer',
  'tenants.end.of': 'Clôturer {name}',
  'tenants.end.ask':
    '{name} disparaît pour de bon : ses utilisateurs, clés, jetons et annuaires s’en vont, sans retour. Elle ne doit plus conserver de compartiment, ni avoir d’organisation sous elle. Son journal est conservé ses 12 mois.',
};
