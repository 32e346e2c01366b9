// Package mail writes and sends the portal's letters: templates that operators
// can edit, an outbox in the database that survives restarts, and one sender by
// SMTP. Letters are plain text.
package mail
