import type { staffEn } from './catalogue_staff_en';

// What the pages of interventions, directories, programs and lost factors say, in French.
export const staffFr: Record<keyof typeof staffEn, string> = {
  'people.interventions': 'Interventions',
  'interventions.lead.staff':
    'Rien n’ouvre au personnel les données des clients, sinon une intervention : demandée avec un motif, approuvée par un autre administrateur, annoncée au client, et terminée d’elle-même.',
  'interventions.lead.partner':
    'Ce que le personnel de votre fournisseur a demandé et fait sur vos données et celles de vos clients. Ceux-ci mettent eux-mêmes fin aux leurs.',
  'interventions.lead.customer':
    'Ce que le personnel de votre fournisseur a demandé à faire sur vos données, et y a fait. Rien d’autre ne les lui ouvre, et vous y mettez fin quand vous voulez.',
  'interventions.ask': 'Demander une intervention',
  'interventions.ask.lead':
    'Un autre administrateur du fournisseur décide. Le client la voit dès maintenant, avec votre nom et votre motif.',
  'interventions.others': 'Autres interventions',
  'interventions.none': 'Il n’y a pas d’intervention.',
  'interventions.none.staff':
    'Demandez-en une quand un client a besoin de votre aide pour ses données.',
  'interventions.none.customer':
    'Personne chez votre fournisseur n’a demandé l’accès à vos données.',
  intervention: 'Intervention',
  'intervention.of.ordinary': 'Intervention par {staff}',
  'intervention.of.break_glass': 'Bris de glace par {staff}',
  'intervention.staff': 'Qui agit',
  'intervention.customer': 'Client',
  'intervention.customer.number': 'Numéro du client',
  'intervention.customer.number.means':
    'Son numéro de compte, avec ou sans les zéros qui le précèdent.',
  'intervention.customer.number.wrong': 'Un numéro compte de 1 à 19 chiffres.',
  'intervention.acts.means':
    'Le moins possible. Les politiques des compartiments ne sont jamais accessibles, quoi qu’il soit demandé.',
  'intervention.bucket': 'Dans le compartiment',
  'intervention.bucket.means': 'Son nom entier. Rien : tous les compartiments du client.',
  'intervention.everywhere': 'tous les compartiments',
  'intervention.reason.what':
    'À quoi elle doit servir, un ticket par exemple : le client et la personne qui décide le lisent.',
  'intervention.duration.from': 'À partir de l’approbation. Elle se termine ensuite d’elle-même.',
  'intervention.ends': 'Fin',
  'intervention.expires': 'Se termine d’elle-même',
  'intervention.ended': 'Comment elle s’est terminée',
  'intervention.end.expired': 'sa durée est écoulée',
  'intervention.end.staff': 'par le fournisseur',
  'intervention.end.customer': 'par le client',
  'intervention.allows': 'Ce qu’elle permet',
  'intervention.actions': 'Tel que le nomment le journal et les politiques',
  'intervention.arn': 'Qui agit, tel que le nomme le journal',
  'intervention.log': 'Tout voir dans le journal : la demande, la décision, chaque acte, la fin',
  'intervention.waits':
    'Un administrateur de votre fournisseur décide. Vous pouvez l’arrêter avant, et y mettre fin ensuite.',
  'intervention.own': 'Vous l’avez demandée ou y agissez : un autre administrateur décide.',
  'intervention.do.end': 'Y mettre fin aussitôt',
  'intervention.do.stop': 'L’arrêter avant qu’elle commence',
  'intervention.ask.end': 'Dès maintenant, {staff} ne peut plus rien faire sur ces données.',
  'intervention.ask.stop':
    'Personne n’en décide plus, et {staff} ne peut rien faire sur ces données.',
  'intervention.state.pending': 'Attend une décision',
  'intervention.state.open': 'Ouverte à présent',
  'intervention.state.refused': 'Refusée',
  'intervention.state.ended': 'Terminée',
  'intervention.state.lapsed': 'Caduque',
  'interventions.break_glass': 'Briser la glace',
  'interventions.break_glass.lead':
    'Pour une urgence qui ne peut pas attendre : vous agissez en personne, pendant une heure au plus, dès qu’un autre administrateur l’a approuvé dans les 15 minutes. À chacun le second facteur est redemandé s’il date de plus de 15 minutes. Le client le voit dès maintenant, et dans les 72 heures qui suivent la fin vous rendez compte de ce que vous avez fait.',
  'intervention.acts.emergency':
    'Le moins possible. Rien de coché : tout sur les compartiments et les objets. Les politiques des compartiments ne sont jamais accessibles, quoi qu’il soit demandé.',
  'intervention.everything': 'Tout sur les compartiments et les objets',
  'intervention.kind': 'Nature',
  'intervention.kind.ordinary': 'Intervention ordinaire',
  'intervention.kind.break_glass': 'Bris de glace',
  'intervention.left':
    'Temps restant pour l’approuver : {time}. Ensuite l’intervention est caduque.',
  'intervention.left.none':
    'Le délai pour l’approuver est écoulé : l’intervention devient caduque.',
  'intervention.report': 'Compte rendu',
  'intervention.report.due': 'Compte rendu dû',
  'intervention.report.overdue': 'Compte rendu en retard',
  'intervention.report.until': 'Échéance',
  'intervention.report.from': 'Dû par',
  'intervention.report.later':
    'Une fois le bris de glace terminé, la personne qui l’a ouvert dit ce qui a été fait.',
  'intervention.report.opener':
    'La personne qui l’a ouvert rédige le compte rendu. Si son compte était suspendu ou supprimé, un autre administrateur le ferait.',
  'intervention.report.opener_gone':
    'Le compte de la personne qui l’a ouvert est suspendu ou supprimé : vous remettez le compte rendu à sa place.',
  'intervention.report.customer':
    'Votre fournisseur vous doit un compte rendu de ce qui a été fait. Une fois remis, il est affiché ici et figure dans votre journal.',
  'intervention.report.text': 'Ce qui a été fait, et pourquoi cela ne pouvait pas attendre',
  'intervention.report.means':
    'Le client le lit, ici et dans son journal. Remis une seule fois, il reste tel quel.',
  'intervention.report.too_long':
    'Trop long de {over} octets : {maximum} au plus, et une lettre accentuée en compte deux.',
  'intervention.report.hand_in': 'Remettre le compte rendu',
  'intervention.report.given': 'Remis par',

  'people.directories': 'Annuaires',
  'directories.lead':
    'Les émetteurs dont les jetons comptent ici (OpenID Connect) : avec l’annuaire de votre organisation, les personnes se connectent ; avec les jetons d’un service de compilation ou d’un cluster, les programmes endossent des rôles.',
  'directories.add': 'Ajouter un annuaire',
  'directories.add.lead':
    'Dites quels jetons comptent : ceux des personnes qui se connectent, des programmes qui endossent des rôles, ou les deux.',
  'directories.purpose': 'Pour',
  'directories.purpose.people': 'les personnes qui se connectent',
  'directories.purpose.programs': 'les programmes qui endossent des rôles',
  'directories.purpose.both': 'les personnes et les programmes',
  'directories.purpose.means.people':
    'Un annuaire tel que Keycloak ou Entra ID. Créez-y d’abord un client pour le flux « code », avec l’adresse de retour affichée ci-dessous dès que l’annuaire a son nom. Aucun programme n’endosse de rôle avec ses jetons.',
  'directories.purpose.means.programs':
    'Un service de compilation ou un cluster qui signe des jetons pour ses programmes. Personne ne se connecte avec lui : il n’a pas besoin de client.',
  'directories.purpose.means.both':
    'Les personnes se connectent par le client, les programmes endossent des rôles avec des jetons pour des destinataires à eux.',
  'directories.purpose.ends.people':
    'Dès l’enregistrement, personne ne se connecte plus avec lui : les sessions ouvertes avec lui prennent fin, et tous les liens de ses personnes sont oubliés.',
  'directories.purpose.ends.programs':
    'Dès l’enregistrement, aucun programme n’endosse plus de rôle avec ses jetons : les sessions des rôles endossés avec eux prennent fin.',
  'directories.none': 'Il n’y a pas encore d’annuaire.',
  'directories.none.todo':
    'Les personnes se connectent par nom et mot de passe. Ajoutez votre Keycloak, Entra ID ou un autre.',
  'directories.asked_at_once': 'L’annuaire est interrogé aussitôt.',
  issuer: 'Annuaire',
  'directories.url': 'Adresse de l’annuaire',
  'directories.url.means':
    'Telle qu’il se nomme lui-même (issuer). Elle ne peut pas être changée ensuite.',
  'directories.organisation.means':
    'Ce que l’on saisit pour se connecter : de 2 à 40 caractères parmi a-z, 0-9, point et tiret. Rien : personne ne se connecte avec lui.',
  'directories.redirect': 'Adresse de retour',
  'directories.redirect.means':
    'Indiquez à votre annuaire cette adresse de retour pour le client, et la même à chaque autre adresse où l’on ouvre la console :',
  'directories.client': 'Identifiant du client',
  'directories.client.means': 'Le client_id que l’annuaire a donné à cette console.',
  'directories.secret': 'Secret du client',
  'directories.secret.means': 'Gardé scellé et jamais affiché. Rien : aucun n’a été convenu.',
  'directories.secret.kept': 'Un secret est gardé. Rien : il reste.',
  'directories.secret.remove': 'Retirer le secret : l’annuaire n’en demande pas',
  'directories.has_secret': 'gardé scellé',
  'directories.has_no_secret': 'aucun',
  'directories.creates_users': 'Qui n’est pas connu devient lecteur',
  'directories.creates_users.means':
    'Sinon vous dites pour chaque personne quel utilisateur elle est. Plus de droits se demandent, comme pour tous.',
  'directories.trusts_factors': 'Sa parole vaut pour le second facteur',
  'directories.trusts_factors.means':
    'Jamais pour qui est privilégié : celui qui tient l’annuaire deviendrait administrateur.',
  'directories.claim': 'Revendication exigée',
  'directories.claim.means':
    'Les jetons qui ne l’ont pas sont refusés, pour les personnes comme pour les programmes. Rien : aucune n’est exigée.',
  'directories.value': 'avec la valeur',
  'directories.required': 'Refusé sans',
  'directories.scopes': 'Portées',
  'directories.scopes.means': 'Demandées en plus d’openid. Appuyez sur Entrée après chacune.',
  'directories.audiences': 'Destinataires des programmes',
  'directories.audiences.means':
    'Pour qui peuvent être les jetons (revendication aud) avec lesquels des programmes endossent des rôles : au moins un. Appuyez sur Entrée après chacun.',
  'directories.audiences.client':
    'C’est le client des personnes : aucune connexion ne doit passer pour un programme. Choisissez un autre destinataire.',
  'directories.how': 'Comment on se connecte',
  'directories.how.means':
    'On choisit « Se connecter avec un annuaire » sur la page de connexion, on saisit « {organisation} », et on se connecte auprès de l’annuaire.',
  'directories.nobody': 'personne ne se connecte avec lui',
  'directories.nobody.means':
    'Personne ne se connecte avec lui : il n’a pas de nom que l’on puisse saisir.',
  'directories.programs': 'Comment les programmes endossent des rôles',
  'directories.programs.means':
    'Avec un de ses jetons pour l’un de ses destinataires, là où la politique de confiance d’un rôle nomme le sujet du jeton, et l’annuaire sous ce nom :',
  'directories.settings': 'Réglages',
  'directories.save': 'Enregistrer l’annuaire',
  'directories.yes': 'oui',
  'directories.no': 'non',
  'directories.arn': 'Son nom dans les politiques de confiance (ARN)',
  'directories.delete': 'Supprimer l’annuaire',
  'directories.delete.ask.people':
    '{url} est oublié avec tous ses liens, et les sessions ouvertes avec lui prennent fin. Les utilisateurs restent, et se connectent par mot de passe.',
  'directories.delete.ask.programs':
    '{url} est oublié : aucun programme n’endosse plus de rôle avec ses jetons, et les sessions des rôles endossés avec eux prennent fin.',
  'directories.delete.ask.both':
    '{url} est oublié avec tous ses liens, et les sessions de personnes et de rôles ouvertes avec lui prennent fin. Les utilisateurs restent, et se connectent avec un mot de passe.',
  'subjects.title': 'Qui est qui',
  'subjects.means': 'Quelle personne de l’annuaire est quel utilisateur ici.',
  'subjects.none': 'Personne de cet annuaire n’est encore utilisateur ici.',
  'subjects.subject': 'Sujet dans l’annuaire',
  'subjects.subject.means':
    'La revendication sub, telle que l’annuaire l’affiche pour la personne.',
  'subjects.user.means': 'Qui est privilégié lie son propre compte : personne d’autre ne le fait.',
  'subjects.how': 'Origine',
  'subjects.itself': 'de lui-même, à la première connexion',
  'subjects.linked': 'lié à la main',
  'subjects.link': 'Lier une personne',
  'subjects.unlink': 'Retirer le lien',
  'subjects.unlink.of': 'Retirer le lien de {name}',
  'subjects.unlink.ask':
    '{name} ne se connecte plus avec cet annuaire, et les sessions ouvertes avec lui prennent fin. L’utilisateur reste.',

  'people.service-accounts': 'Programmes',
  program: 'Compte de service',
  'program.tag': 'programme',
  'programs.lead':
    'Des comptes de programmes : avec des clés et des jetons qui ont une fin, sans mot de passe, et une personne qui répond de chacun.',
  'programs.own': 'Programmes dont vous répondez',
  'programs.create': 'Créer un compte',
  'programs.none': 'Il n’y a pas encore de compte de service.',
  'programs.none.todo':
    'Créez-en un pour chaque programme, afin qu’aucun ne dépende du compte d’une personne.',
  'programs.none.own': 'Un administrateur en crée un, et vous en nomme propriétaire.',
  'programs.owner': 'Propriétaire',
  'programs.owner.means': 'Qui en répond. Le compte fonctionne tant que cette personne est active.',
  'programs.owner.new': 'Nouveau propriétaire',
  'programs.hand_over': 'Changer de propriétaire',
  'programs.hand_over.ask':
    'Les clés et jetons de {name} perdent le second facteur du propriétaire précédent. Les sessions de rôles que le compte a endossés prennent fin.',
  'programs.rests': 'En repos : propriétaire suspendu',
  'programs.rests.means':
    '{owner} est suspendu : toutes les clés et tous les jetons sont sans effet. Confiez le compte à une personne active.',
  'programs.privileged':
    'Il n’use de tels droits qu’avec des clés et jetons que le propriétaire a créés avec un second facteur. Entre-temps, personne d’autre n’en devient propriétaire.',
  'programs.keys.means':
    'Avec elles, le programme signe des requêtes S3. Chacune a une fin : créez la suivante avant.',
  'programs.keys.unseen':
    'Ses clés sont affichées aux administrateurs, qui suppriment aussi celles qui ne servent plus.',
  'programs.tokens.means':
    'Avec eux, le programme utilise l’API REST et la ligne de commande. Personne d’autre ne les liste : chacun expire de lui-même, et tous cessent aussitôt si le compte est suspendu.',
  'programs.delete': 'Supprimer le compte',
  'programs.delete.ask':
    '{name} est supprimé pour de bon, avec toutes ses clés et tous ses jetons. Les objets restent. Personne d’autre ne reçoit ce nom pendant 13 mois.',

  'factors.title': 'Seconds facteurs perdus',
  'factors.means':
    'Qui a perdu le facteur et les codes de secours a besoin de deux administrateurs et d’un jour : l’un demande, un autre approuve, et l’utilisateur, prévenu par courriel, peut s’y opposer.',
  'factors.ask': 'Demander leur retrait',
  'factors.ask.means':
    'Un autre administrateur approuve dans les trois jours. Un jour plus tard, tous les seconds facteurs et sessions de {name} disparaissent ; le mot de passe reste, et sert à enregistrer un nouveau facteur.',
  'factors.reason.what': 'Comment vous savez que c’est bien la personne : qui approuve le lit.',
  'factors.approved_by': 'Approuvé par',
  'factors.state.asked': 'Attend l’approbation',
  'factors.state.approved': 'Approuvé',
  'factors.state.done': 'Facteurs retirés',
  'factors.state.cancelled': 'Annulé',
  'factors.state.lapsed': 'Caduc',
  'factors.lapses': 'devient caduc',
  'factors.effective': 'facteurs retirés',
  'factors.approve.of': 'Approuver le retrait pour {name}',
  'factors.approve.ask':
    'Assurez-vous que c’est bien {name}, autrement que par un courriel. Un jour après votre approbation, les seconds facteurs disparaissent.',
  'factors.cancel': 'Annuler',
  'factors.cancel.of': 'Annuler le retrait pour {name}',
  'factors.cancel.ask': 'Les seconds facteurs de {name} restent. Le retrait peut être redemandé.',

  'reviews.reviewers': 'Qui décide',
  'reviews.reviewers.means': 'Personne de coché : tous les administrateurs.',
};
