package statuspulse

import (
	"encoding/base64"
	"fmt"
	"strings"
)

const (
	secretPrefix   = "whsec_"
	minSecretBytes = 24
	maxSecretBytes = 64
)

// secret holds the keys of the two signatures.
type secret struct {
	// standard is what follows whsec_, decoded.
	standard []byte
	// body is the whole string, whsec_ included.
	body []byte
}

func parseSecret(text string) (secret, error) {
	encoded, found := strings.CutPrefix(text, secretPrefix)
	if !found {
		return secret{}, &Error{Code: InvalidSecret, Message: `a secret starts with "whsec_": copy the whole of it`}
	}
	key, err := base64.StdEncoding.Strict().DecodeString(encoded)
	// The decoder passes over line breaks; a secret has none.
	if err != nil || strings.ContainsAny(encoded, "\r\n") {
		return secret{}, &Error{Code: InvalidSecret, Message: `after "whsec_" a secret is base64, without spaces or line breaks`}
	}
	if len(key) < minSecretBytes || len(key) > maxSecretBytes {
		message := fmt.Sprintf("a secret has %d to %d bytes, this one %d", minSecretBytes, maxSecretBytes, len(key))
		return secret{}, &Error{Code: InvalidSecret, Message: message}
	}
	return secret{standard: key, body: []byte(text)}, nil
}

func parseSecrets(texts []string) ([]secret, error) {
	if len(texts) == 0 {
		return nil, &Error{Code: InvalidSecret, Message: "at least one secret is needed"}
	}
	secrets := make([]secret, 0, len(texts))
	for _, text := range texts {
		parsed, err := parseSecret(text)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, parsed)
	}
	return secrets, nil
}
