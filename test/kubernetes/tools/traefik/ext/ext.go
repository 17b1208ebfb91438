// Package ext stands in for a module that Traefik replaces by a folder of its own and does not publish: the places where
// builds of Traefik can add fields to its configuration. We add none.
package ext

// HTTP is what can be added to an HTTP configuration.
type HTTP struct{}

// Router is what can be added to a router.
type Router struct{}
