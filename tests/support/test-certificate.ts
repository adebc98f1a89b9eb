/**
 * A certificate of nobody's, for servers of tests: localhost, shop.test and *.shop.test, until the year 2126. Made by
 * `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 36500 -subj "/CN=Backroom tests"
 * -addext "subjectAltName=DNS:localhost,DNS:shop.test,DNS:*.shop.test,IP:127.0.0.1,IP:::1"`.
 */
export const TEST_CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIB0TCCAXegAwIBAgIUVw3M5FV4b2X3ouu1o5vp6dVcjAEwCgYIKoZIzj0EAwIw
GTEXMBUGA1UEAwwOQmFja3Jvb20gdGVzdHMwIBcNMjYxMTIzMTEyMzA0WhgPMjEy
NjEwMzAxMTIzMDRaMBkxFzAVBgNVBAMMDkJhY2tyb29tIHRlc3RzMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAETkKLeahWHo9fkd56vlfzODZXr77WdPreOcYoOTTx
ixYCa9zJDDyW1oHENHXRYa1ZGBvm8f0cYPQcKkCz+oFgoaOBmjCBlzAdBgNVHQ4E
FgQUYAjJ3xWxGoq7nLmHw2pfW+UVmyswHwYDVR0jBBgwFoAUYAjJ3xWxGoq7nLmH
w2pfW+UVmyswDwYDVR0TAQH/BAUwAwEB/zBEBgNVHREEPTA7gglsb2NhbGhvc3SC
CXNob3AudGVzdIILKi5zaG9wLnRlc3SHBH8AAAGHEAAAAAAAAAAAAAAAAAAAAAEw
CgYIKoZIzj0EAwIDSAAwRQIgQgXjWOaamCJ9ECmWjRzkIqpE8b7E3wkVRXqm5leX
m4MCIQDYMOcB6HH2LuorS8/SLDC0qvJxg/2qyjGPi2reci8aAg==
-----END CERTIFICATE-----`;

export const TEST_CERTIFICATE_KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgaUDp24pKJ7ssYDDO
C/3yXHDg2sdVeGFbxnAJ+1eU+sKhRANCAAROQot5qFYej1+R3nq+V/M4NlevvtZ0
+t45xig5NPGLFgJr3MkMPJbWgcQ0ddFhrVkYG+bx/Rxg9BwqQLP6gWCh
-----END PRIVATE KEY-----`;
