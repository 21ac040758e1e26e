import type { checklistsEn } from './catalogue_checklists_en';

// The same, in French.
export const checklistsFr: Record<keyof typeof checklistsEn, string> = {
  'owner.personnel-manager': 'Ressources humaines',
};
