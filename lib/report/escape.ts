const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Text as it stands in HTML and in a quoted attribute. */
export function escape(text: string | number): string {
  return String(text).replace(/[&<>"]/g, (character) => ENTITIES[character]);
}
