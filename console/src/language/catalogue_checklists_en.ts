// What the pages of checklists of arrival and departure say, in English.
export const checklistsEn = {
  'owner.personnel-manager': 'Human resources',
} as const;
