# Made by scripts/release/manifests from packaging/homebrew/inhouse.rb.
class Inhouse < Formula
  desc "Coding agent that runs entirely on your own machine"
  homepage "@HOMEPAGE@"
  version "@VERSION@"
  license "Apache-2.0"

  # begin macos
  on_macos do
    # begin macos-arm64
    on_arm do
      url "@URL_MACOS_ARM64@"
      sha256 "@SHA256_MACOS_ARM64@"
    end
    # end macos-arm64
    # begin macos-x86_64
    on_intel do
      url "@URL_MACOS_X86_64@"
      sha256 "@SHA256_MACOS_X86_64@"
    end
    # end macos-x86_64
  end
  # end macos

  # begin linux
  on_linux do
    # begin linux-aarch64
    on_arm do
      url "@URL_LINUX_AARCH64@"
      sha256 "@SHA256_LINUX_AARCH64@"
    end
    # end linux-aarch64
    # begin linux-x86_64
    on_intel do
      url "@URL_LINUX_X86_64@"
      sha256 "@SHA256_LINUX_X86_64@"
    end
    # end linux-x86_64
  end
  # end linux

  # Its libraries name each other by their place inside of the archive.
  skip_clean "libexec"

  def install
    libexec.install Dir["*"]
    bin.install_symlink libexec/"bin/inhouse"
    man1.install libexec/"share/man/man1/inhouse.1"
    generate_completions_from_executable(bin/"inhouse", "completion")
  end

  def caveats
    <<~EOS
      `inhouse setup` proposes a model for this machine.
      What inhouse keeps in your home is removed by `inhouse uninstall`,
      to be run before `brew uninstall inhouse`.
    EOS
  end

  test do
    assert_match "inhouse #{version}", shell_output("#{bin}/inhouse --version")
  end
end
