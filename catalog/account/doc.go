// Package account lets people in and knows what waits for them: passwords,
// second factors, sessions, letters that open an account, and bounds on guessing.
package account
