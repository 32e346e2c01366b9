package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// measuring makes this program run another one and tell its memory: the kernel
// counts to a program what the one that starts it had at that moment, and the
// tests have much.
const measuring = "run-and-measure"

// measured prepares to run the portal's program by a small process in between;
// peak is its memory in bytes once it has ended.
func measured(ctx context.Context, t *testing.T, args ...string) (cmd *exec.Cmd, peak func() int64) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	told, err := os.CreateTemp(t.TempDir(), "peak")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { told.Close() })
	cmd = exec.CommandContext(ctx, self, append([]string{measuring, binary}, args...)...)
	cmd.ExtraFiles = []*os.File{told}
	return cmd, func() int64 {
		t.Helper()
		text, err := os.ReadFile(told.Name())
		if err != nil {
			t.Fatal(err)
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err != nil {
			t.Fatalf("the program's memory was not told: %v", err)
		}
		return n
	}
}

// runMeasured is the process in between.
func runMeasured(args []string) int {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		fmt.Fprintln(os.Stderr, err)
		return 127
	}
	usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage)
	if !ok {
		return 127
	}
	const told = 3 // the first file beside the standard ones
	if _, err := fmt.Fprintln(os.NewFile(told, "peak"), usage.Maxrss<<10); err != nil {
		return 127
	}
	return cmd.ProcessState.ExitCode()
}
