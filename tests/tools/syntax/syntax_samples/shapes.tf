terraform {
  required_version = ">= 1.5"
}

provider "aws" {
  region = var.region
}

# Where it runs.
variable "region" {
  type    = string
  default = "eu-west-1"
}

locals {
  limit = 10
  names = [for name in var.names : upper(name)]
}

resource "aws_instance" "circle" {
  ami = data.aws_ami.base.id

  tags {
    Name = "${local.limit}-circle"
  }
}

data "aws_ami" "base" {
  most_recent = true
}

module "network" {
  source = "./network"
  vpc    = aws_instance.circle.id
}

output "id" {
  value = aws_instance.circle.id
}
