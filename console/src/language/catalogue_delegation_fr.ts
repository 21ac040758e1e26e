import type { delegationEn } from './catalogue_delegation_en';

// What the pages of delegations say, in French.
export const delegationFr: Record<keyof typeof delegationEn, string> = {
  'people.delegations': 'Délégations',
  'delegations.lead':
    'Qui s’occupe des personnes d’un groupe sans être administrateur : avec ce qui est listé, et rien de privilégié.',
  'delegations.create': 'Confier un groupe à quelqu’un',
  'delegations.none': 'Personne ne s’occupe d’un groupe.',
  'delegations.none.todo':
    'Confiez à un chef de service les personnes de son service, pour que moins de monde ait à être administrateur.',
  'delegations.own': 'Ce dont vous vous occupez',
  'delegations.none.mine': 'Vous ne vous occupez d’aucun groupe.',
  'delegations.none.own': 'Un administrateur peut vous confier les personnes d’un groupe.',
  'delegations.own.means':
    'Vous trouvez ces personnes sous Utilisateurs. Celles qui sont dans un groupe dont vous ne vous occupez pas, ou qui ont des privilèges, relèvent d’un administrateur.',
  'delegations.delegate': 'Personne',
  'delegations.delegate.means':
    'Il lui faut un second facteur, comme à quiconque a des privilèges.',
  'delegations.unit': 'Groupe dont elle s’occupe des personnes',
  'delegations.unit.short': 'Groupe',
  'delegations.acts': 'Peut',
  'delegations.gives': 'Peut attribuer',
  'delegations.act.see': 'les voir, avec leurs droits',
  'delegations.act.invite': 'inviter des personnes',
  'delegations.act.suspend': 'les suspendre et les réadmettre',
  'delegations.act.give': 'attribuer ce qui est listé',
  'delegations.act.approve': 'décider de leurs demandes',
  'delegations.profiles': 'Profils qu’elle peut attribuer',
  'delegations.groups': 'Autres groupes où elle peut faire entrer ces personnes',
  'delegations.role_max': 'Invite au plus comme {role}',
  'delegations.members': 'Peut aussi inviter des membres',
  'delegations.members.means':
    'Les membres lisent et écrivent tous les compartiments de l’organisation.',
  'delegations.duration': 'Combien de temps',
  'delegations.for_good': 'Sans limite',
  'delegations.reason': 'À quoi cela sert',
  'delegations.reason.means':
    'Nécessaire là où deux personnes attribuent de tels droits : un autre administrateur l’approuve alors, pour 92 jours au plus.',
  'delegations.asked': 'demandée',
  'delegations.end': 'Terminer',
  'delegations.end.title': 'Terminer la délégation',
  'delegations.end.of': 'Mettre fin au suivi de {unit} par {name}',
  'delegations.end.ask':
    '{name} ne s’occupe plus des personnes de {unit}, dès maintenant. Ce qui a été attribué reste ; les invitations envoyées par {name} ne valent plus.',
  'delegations.privileged': 'devenu privilégié, n’est plus attribué',
  'delegations.of': 'S’occupe de',
  'request.kind.delegation': 'Délégation',
};
