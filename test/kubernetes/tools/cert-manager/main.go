// The programs of cert-manager's images: its own controllers, its webhook and its injector, by the same flags as the chart gives them.
//
// cert-manager publishes the mains of its images as modules of their own, under paths by which no proxy can serve them; all that
// they start is in the library. Only what needs ACME, Vault or CyberArk is left out.
package main

import (
	"context"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	ctrl "sigs.k8s.io/controller-runtime"

	logf "github.com/cert-manager/cert-manager/pkg/logs"
)

func main() {
	programs := map[string]func(context.Context, []string) error{
		"controller": runController, "webhook": runWebhook, "cainjector": runInjector, "startupapicheck": runCheck,
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	logf.InitLogs()
	ctrl.SetLogger(logf.Log)
	ctx = logf.NewContext(ctx, logf.Log)
	if len(os.Args) < 2 || programs[os.Args[1]] == nil {
		fail(fmt.Errorf("usage: cert-manager controller|webhook|cainjector|startupapicheck [FLAGS]"))
	}
	if err := programs[os.Args[1]](ctx, os.Args[2:]); err != nil && ctx.Err() == nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

// All Pods of the laboratory share one network, so that each listens at the address of its own.
func atHome(port string) string {
	return net.JoinHostPort(os.Getenv("HOST"), port)
}
