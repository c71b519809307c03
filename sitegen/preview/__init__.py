"""The live-reload server: a build in a loop, shown on this machine only."""
