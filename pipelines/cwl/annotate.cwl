cwlVersion: v1.2
class: CommandLineTool
label: pgx-ana annotate
doc: Annotate known germline variants of a VCF or BCF file with the evidence on response to anastrozole.

baseCommand: [pgx-ana, annotate]

# To be published: neither the image nor the package exist yet.
hints:
  DockerRequirement:
    dockerPull: quay.io/biocontainers/pgx-ana:0.1.0--pyhdfd78af_0
  SoftwareRequirement:
    packages:
      pgx-ana:
        version: ["0.1.0"]
  ResourceRequirement:
    coresMin: 1
    ramMin: 512

inputs:
  calls:
    type: File
    doc: VCF, gVCF or BCF file of one person or of a cohort.
    secondaryFiles:
      - pattern: .tbi
        required: false
      - pattern: .csi
        required: false
    inputBinding:
      position: 1
  output_name:
    type: string
    default: annotations.tsv.gz
    doc: Its ending chooses the format, as .tsv.gz, .jsonl.gz, .vcf.gz or .pgx-ana.json for MultiQC.
    inputBinding:
      prefix: --output
  table:
    type: string?
    doc: Another table than the annotations, such as calls or summary.
    inputBinding:
      prefix: --table
  sex:
    type:
      - "null"
      - type: enum
        symbols: [female, male]
    inputBinding:
      prefix: --sex
  context:
    type: string?
    doc: The use of the drug, such as adjuvant.
    inputBinding:
      prefix: --context
  assembly:
    type: string?
    doc: GRCh37 or GRCh38, if the file does not say it.
    inputBinding:
      prefix: --assembly

stderr: pgx-ana.log

outputs:
  annotations:
    type: File
    outputBinding:
      glob: $(inputs.output_name)
  log:
    type: stderr
