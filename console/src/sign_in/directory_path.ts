// Where an organisation's directory sends the browser back to.
export const directoryPath = '/signed-in';
