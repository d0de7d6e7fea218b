/** Services that AWS keeps a key for in every account: here one of them has tables to protect, and all others nothing. */
import { managedAlias } from './alias.ts';

export interface ManagedService {
  /** Of its key, which is made when it is first asked for. */
  readonly alias: string;
  /** As its key's policy names it. */
  readonly title: string;
  /** What its key protects. */
  readonly holdings: string;
  /** Its name in kms:ViaService, before the region. */
  readonly via: string;
}

export const tableService: ManagedService = {
  alias: managedAlias,
  title: 'Amazon DynamoDB',
  holdings: 'DynamoDB data',
  via: 'dynamodb',
};

export const managedServices: readonly ManagedService[] = [
  tableService,
  ...(
    [
      ['ebs', 'EBS', 'EBS volumes', 'ec2'],
      ['kinesis', 'Kinesis', 'Kinesis data'],
      ['lambda', 'AWS Lambda', 'Lambda functions'],
      ['rds', 'RDS', 'RDS database volumes'],
      ['s3', 'S3', 'S3 objects'],
      ['secretsmanager', 'AWS Secrets Manager', 'Secrets Manager data'],
      ['sns', 'SNS', 'SNS data'],
      ['sqs', 'SQS', 'SQS messages'],
      ['ssm', 'SSM', 'SSM parameters'],
    ] as const
  ).map(([name, title, holdings, via = name]) => ({ alias: `alias/aws/${name}`, title, holdings, via })),
];
