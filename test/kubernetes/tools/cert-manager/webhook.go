package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/spf13/pflag"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/cert-manager/cert-manager/internal/webhook"
	logf "github.com/cert-manager/cert-manager/pkg/logs"
	"github.com/cert-manager/cert-manager/pkg/util/cmapichecker"
	"github.com/cert-manager/cert-manager/pkg/webhook/options"
)

// Answers the API server's admission requests, until the context ends.
func runWebhook(ctx context.Context, args []string) error {
	settings, err := options.NewWebhookConfiguration()
	if err != nil {
		return err
	}
	flags := pflag.NewFlagSet("webhook", pflag.ContinueOnError)
	options.AddConfigFlags(flags, settings)
	if err := flags.Parse(args); err != nil {
		return err
	}
	settings.MetricsListenAddress = "0"
	server, err := webhook.NewCertManagerWebhookServer(logf.FromContext(ctx), *settings)
	if err != nil {
		return err
	}
	return server.Run(ctx)
}

// Asks the API server until its admission by the webhook works, as the chart does after an installation.
func runCheck(ctx context.Context, args []string) error {
	flags := pflag.NewFlagSet("startupapicheck", pflag.ContinueOnError)
	flags.ParseErrorsWhitelist.UnknownFlags = true
	patience := flags.Duration("wait", time.Minute, "")
	if err := flags.Parse(args); err != nil {
		return err
	}
	access, err := ctrl.GetConfig()
	if err != nil {
		return err
	}
	checker, err := cmapichecker.New(access, os.Getenv("POD_NAMESPACE"))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, *patience)
	defer cancel()
	for {
		problem := checker.Check(ctx)
		if problem == nil {
			fmt.Println("The cert-manager API is ready")
			return nil
		}
		select {
		case <-ctx.Done():
			return problem
		case <-time.After(time.Second):
			fmt.Println(problem)
		}
	}
}
