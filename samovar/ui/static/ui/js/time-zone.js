// Tells the server the zone of this browser, so that "tomorrow at nine" means what a person means who has chosen none.
const { timeZone } = new Intl.DateTimeFormat().resolvedOptions();
// biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store does not exist on plain addresses inside a company.
document.cookie = `time_zone=${timeZone}; path=/; max-age=31536000; samesite=lax`;
