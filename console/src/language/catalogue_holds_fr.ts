import type { holdsEn } from './catalogue_holds_en';

// What the panel of legal holds says, in French.
export const holdsFr: Record<keyof typeof holdsEn, string> = {
  'holds.title': 'Conservations légales',
  'holds.means':
    'Une conservation garde les événements qu’une recherche trouve, ceux à venir aussi, lisibles et prouvables après la destruction des clés de leur mois. Tout le reste de ce mois reste détruit.',
  'holds.none': 'Aucune conservation ne porte sur ce journal.',
  'holds.place': 'Placer une conservation',
  'holds.place.means':
    'Elle conserve ce que la recherche ci-dessus trouve : effacez-la ou resserrez-la d’abord. Les administrateurs de cette organisation et de son fournisseur la voient, et le journal dit qui l’a placée et pourquoi.',
  'holds.place.all': 'La recherche est vide : tous les événements du journal sont conservés.',
  'holds.until': 'Conserve les événements avant',
  'holds.until.what':
    'Peut être à venir. Sans cela, les événements sont conservés jusqu’à la levée.',
  'holds.reason': 'Motif',
  'holds.reason.what': 'Par exemple le numéro de l’affaire.',
  'holds.placed_by': 'Placée par',
  'holds.filter': 'Événements',
  'holds.filter.all': 'Tous',
  'holds.kept': 'Gardés',
  'holds.state': 'État',
  'holds.state.copying': 'En copie : {part} parcouru',
  'holds.state.kept': 'Gardée',
  'holds.state.releasing': 'Levée en cours',
  'holds.state.damaged': 'Abîmée : une partie a disparu de tous les disques',
  'holds.state.lost': 'Perdue : seul le fournisseur ramène ses disques, ou la lève',
  'holds.export': 'Exporter',
  'holds.export.of': 'Exporter ce que garde la conservation {hold}',
  'holds.show': 'Voir les événements',
  'holds.show.of': 'Voir les événements de la conservation {hold}',
  'holds.events': 'Événements conservés',
  'holds.events.none': 'Rien n’est encore gardé.',
  'holds.events.more': 'Voir des événements plus récents',
  'holds.release': 'Lever',
  'holds.release.of': 'Lever la conservation {hold}',
  'holds.release.means':
    'Ce qu’elle gardait de mois détruits disparaît pour de bon. Qui l’a placée ne la lève pas seul tant qu’il y a un autre administrateur.',
};
